import type { Finding } from '@app/queue/operating';
import { findingText, summaryOf } from './doctor';

const plain = (_style: string, text: string): string => text;
const broken: Finding = { check: 'alarms', verdict: 'fail', says: 'a\u001b[2J has one', fix: 'free its\nmemory' };
const skipped: Finding = { check: 'disk', verdict: 'skipped', says: 'MANAGEMENT_URL is not set' };

describe('what the doctor says', () => {
  it('is a line for each finding, with what mends it below, and nothing that a terminal obeys', () => {
    expect(findingText(broken, plain)).toBe(
      '✖ alarms              a\\u001b[2J has one\n                      → free its\\nmemory',
    );
    expect(findingText(skipped, plain)).toBe('- disk                MANAGEMENT_URL is not set');
  });

  it('ends with how many were found how', () => {
    const fine: Finding = { check: 'TLS', verdict: 'ok', says: 'encrypted' };
    expect(summaryOf([fine, fine, broken])).toBe('2 fine, 0 worth a look, 1 broken.');
    expect(summaryOf([fine, skipped])).toBe('1 fine, 0 worth a look, 0 broken, 1 skipped.');
  });
});
