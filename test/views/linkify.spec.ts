import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkify } from '../../views/client/linkify.js';

const links = (text: string): string[] =>
  linkify(text).flatMap((part) => (part.kind === 'link' ? [part.text] : []));

describe('addresses in a message', () => {
  it.each([
    ['see https://example.com/a.', ['https://example.com/a']],
    ['(https://example.com/a)', ['https://example.com/a']],
    [
      'https://en.wikipedia.org/wiki/Sand_(disambiguation)',
      ['https://en.wikipedia.org/wiki/Sand_(disambiguation)'],
    ],
    [
      'HTTP://EXAMPLE.com:8080/x?y=1#z, and http://a.example!',
      ['HTTP://EXAMPLE.com:8080/x?y=1#z', 'http://a.example'],
    ],
  ])('are links, without what surrounds them: %s', (text, expected) => expect(links(text)).toEqual(expected));

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://example.com',
    'https://user@evil.example/',
    'https://bank.example:443@evil.example/',
    'http://evil.example\\@bank.example/',
    'http://0x7f.1/',
    'https://ex\u202eample.com',
    'https://',
    'https://[',
  ])('stay text where they are not http or show another host than they open: %s', (text) => {
    expect(links(text)).toEqual([]);
  });

  it('never lose or change a character of the message', () => {
    const piece = fc.constantFrom(
      'https://',
      'a.example',
      '(',
      ')',
      '/',
      '.',
      ' ',
      '@',
      '\\',
      'é',
      '🙂',
      '\u202e',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('');
        expect(
          linkify(text)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('are found in five milliseconds in the worst message', () => {
    const worst = ['(', ')', 'http://', 'http://a', '.', 'https://a)', '[)', 'h'];
    for (const unit of worst) {
      const text = `https://a.example/${unit.repeat(4_000)}`.slice(0, 4_000);
      linkify(text);
      const best = Math.min(
        ...Array.from({ length: 50 }, () => {
          const from = performance.now();
          linkify(text);
          return performance.now() - from;
        }),
      );
      expect(best).toBeLessThan(5);
    }
  });
});
