import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';

/**
 * Serves the page at `/docs` and its document at `/docs-json`. The page's library is loaded here and not at the top of
 * the file: it takes half a second, which a producer without documentation need not spend.
 */
export async function serveDocs(app: NestExpressApplication, document: OpenAPIObject): Promise<void> {
  const { SwaggerModule } = await import('@nestjs/swagger');
  SwaggerModule.setup('docs', app, document, {
    raw: ['json'],
    customSiteTitle: document.info.title,
    swaggerOptions: { validatorUrl: null }, // the default sends the document's address to a service on the internet
  });
}
