import { queueSettings, readSettings } from '@app/queue';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { setUpHttp } from '../../apps/producer/src/http-setup';
import type { HttpProblem } from '../../apps/producer/src/problems/http-problem';
import { producerConfiguration } from '../../apps/producer/src/producer.configuration';
import { ProducerModule } from '../../apps/producer/src/producer.module';
import { producerSettings } from '../../apps/producer/src/producer.settings';
import type { BatchResult } from '../../apps/producer/src/tasks/batch-result';

/** The producer as its `main.ts` makes it, in this process and on a port of its own. */
export class TestProducer {
  private constructor(private readonly app: NestExpressApplication) {}

  /** Starts one with these variables and no others; close it on the line that opens it. */
  static async start(environment: Record<string, string>): Promise<TestProducer> {
    const module = await Test.createTestingModule({ imports: [ProducerModule] })
      .overrideProvider(producerConfiguration.KEY)
      .useValue(readSettings({ ...queueSettings, ...producerSettings }, environment))
      .compile();
    const app = module.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
    await setUpHttp(app);
    await app.listen(0, '127.0.0.1');
    return new TestProducer(app);
  }

  /** The address it listens on. */
  url(): Promise<string> {
    return this.app.getUrl();
  }

  get(path: string): request.Test {
    return request(this.app.getHttpServer()).get(path);
  }

  delete(path: string): request.Test {
    return request(this.app.getHttpServer()).delete(path);
  }

  /** Posts a body, or nothing, as JSON or as what `type` says. A string is sent as it is. */
  post(path: string, body?: object | string, type = 'application/json'): request.Test {
    const post = request(this.app.getHttpServer()).post(path);
    return body === undefined ? post : post.set('Content-Type', type).send(body);
  }

  /** Posts bytes that are gzip. */
  postCompressed(path: string, bytes: Buffer): request.Test {
    const asTheyAre = (value: unknown): string => value as string;
    return this.post(path, '').set('Content-Encoding', 'gzip').serialize(asTheyAre).send(bytes);
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

/** The body of an answer that is a problem. */
export function problemOf(answer: request.Response): HttpProblem {
  return answer.body as HttpProblem;
}

/** The results in the answer to a batch. */
export function resultsOf(answer: request.Response): readonly BatchResult[] {
  return (answer.body as { results: BatchResult[] }).results;
}
