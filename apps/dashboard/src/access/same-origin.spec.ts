import { foreignRequestProblem } from './same-origin';
import type { OwnAddress } from './same-origin';

const open: OwnAddress = { isOpen: true, publicUrl: undefined };
const guarded: OwnAddress = { isOpen: false, publicUrl: 'https://queues.example.com' };
const own = { host: 'localhost:3002', 'x-warren-dashboard': '1' };

const problemOf = (method: string, headers: Record<string, string>, address = open): string | undefined =>
  foreignRequestProblem({ method, headers }, address);

describe('a request that changes something', () => {
  it('passes when it comes from our own pages, or from a program that says whom it means', () => {
    expect(
      problemOf('POST', { ...own, origin: 'http://localhost:3002', 'sec-fetch-site': 'same-origin' }),
    ).toBeUndefined();
    expect(problemOf('POST', own)).toBeUndefined();
    const proxied = { ...own, host: 'dashboard:3002', origin: 'https://queues.example.com' };
    expect(problemOf('POST', proxied, guarded)).toBeUndefined();
  });

  it.each([
    ['without the header', { host: 'localhost:3002' }],
    ['of another site', { ...own, 'sec-fetch-site': 'cross-site' }],
    ['of a sibling site', { ...own, 'sec-fetch-site': 'same-site' }],
    ['that was typed or linked', { ...own, 'sec-fetch-site': 'none' }],
    ['of another origin', { ...own, origin: 'https://evil.example' }],
    ['of another port', { ...own, origin: 'http://localhost:3000' }],
    ['of a sandbox', { ...own, origin: 'null' }],
    ['of no origin at all', { ...own, origin: '' }],
  ])('is refused %s', (_what, headers) => {
    expect(problemOf('POST', headers)).toBeDefined();
    expect(problemOf('DELETE', headers)).toBeDefined();
  });
});

describe('a request that only reads', () => {
  it.each(['localhost', 'localhost:3002', '127.0.0.1:3002', '[::1]:3002'])('passes by the name %s', (host) => {
    expect(problemOf('GET', { host })).toBeUndefined();
  });

  it.each(['evil.example', 'evil.example:3002', '127.0.0.1.evil.example', '', 'a b'])(
    'is refused by the name "%s" while nobody has to log in: a page may make its own name lead here',
    (host) => {
      expect(problemOf('GET', { host })).toContain('DASHBOARD_USERS');
      expect(problemOf('GET', { host }, guarded)).toBeUndefined();
    },
  );

  it('is refused by every other name while nobody has to log in, whatever is set', () => {
    expect(problemOf('GET', { host: 'queues.example.com' }, { ...guarded, isOpen: true })).toBeDefined();
  });
});
