// npm run docs:screenshots: pictures of the dashboard for docs/, of one that runs already with something to show (npm start).
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { inCheckout } from './lib/checkout.mjs';
import { findChromium } from './lib/chromium.mjs';
import { Failure } from './lib/failure.mjs';
import { Voice } from './lib/say.mjs';

const FOLDER = inCheckout('docs', 'images');

const SCHEMES = /** @type {const} */ (['light', 'dark']);

/** Each page that is pictured, and how high; `undefined` as its path is the first task that the failures name. */
const PAGES = /** @type {const} */ ([
  { name: 'queues', path: '/', height: 640 },
  { name: 'failures', path: '/failures', height: 400 },
  { name: 'task', path: undefined, height: 780 },
]);

const voice = new Voice({});

/** @param {import('playwright-core').Page} page @param {string | undefined} path */
async function open(page, path) {
  await page.goto(path ?? '/failures');
  await page.getByTestId('live').getByText('live').waitFor();
  if (path === undefined) {
    await page.getByRole('link', { name: 'task 1' }).first().click();
    await page.getByRole('button', { name: 'Look into' }).click();
    await page.getByTestId('payload').waitFor();
  }
  await page.locator('tbody tr, [data-testid=timeline]').first().waitFor();
}

/** @param {string} url where the dashboard answers @param {string} executablePath */
async function takePictures(url, executablePath) {
  const browser = await chromium.launch({ executablePath });
  try {
    for (const scheme of SCHEMES) {
      for (const { name, path, height } of PAGES) {
        const page = await browser.newPage({ baseURL: url, colorScheme: scheme, viewport: { width: 1_100, height } });
        await open(page, path);
        const file = `dashboard-${name}${scheme === 'dark' ? '-dark' : ''}.png`;
        await page.screenshot({ path: `${FOLDER}/${file}` });
        voice.done('picture', `docs/images/${file}`);
        await page.close();
      }
    }
  } finally {
    await browser.close();
  }
}

try {
  const url = process.env.DASHBOARD_URL ?? 'http://127.0.0.1:3002';
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Failure('no Chromium found; CHROME_BIN names one');
  const answers = await fetch(`${url}/health/live`).then(
    ({ ok }) => ok,
    () => false,
  );
  if (!answers) throw new Failure(`no dashboard answers at ${url}; run npm start first, or let DASHBOARD_URL name one`);
  mkdirSync(FOLDER, { recursive: true });
  await takePictures(url, executablePath);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  voice.fail(error.message);
  process.exitCode = error.exitCode;
}
