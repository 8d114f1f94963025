import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** A Chromium for one test file; CHROME_BIN names it, which the e2e set-up has seen to. */
export class TestBrowser {
  /** What pages complained about so far: errors and warnings on the console, a refused policy among them, and what they threw. */
  readonly complaints: string[] = [];

  private constructor(private readonly browser: Browser) {}

  /** Starts it; close it on the line that starts it. */
  static async start(): Promise<TestBrowser> {
    const executablePath = process.env['CHROME_BIN'];
    if (executablePath === undefined) throw new Error('CHROME_BIN is not set; run the tests by npm test.');
    return new TestBrowser(await chromium.launch({ executablePath, args: ['--disable-gpu'] }));
  }

  /** A page of a visitor of its own: nobody else's cookies. Every page of that visitor may complain. */
  async visit(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context: BrowserContext = await this.browser.newContext({
      baseURL: url,
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(60_000);
    context.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      this.complaints.push(`${message.page()?.url()}: ${message.text()}`);
    });
    context.on('weberror', (thrown) => {
      this.complaints.push(`${thrown.page()?.url()}: ${thrown.error().message}`);
    });
    const page = await context.newPage();
    await page.goto('/');
    return page;
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
