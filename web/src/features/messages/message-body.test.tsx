import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { bodyParts } from './body-parts';
import { emojiCount } from './emoji';
import { codePoints } from './length';
import { MessageBody } from './message-body';

describe('a body', () => {
  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '&lt;b&gt; &amp; &#x27;',
    '[click](javascript:alert(1))',
    'javascript:alert(1) data:text/html,x vbscript:x //evil.test ftp://a.test mailto:a@b.test',
  ])('is text and nothing else: %s', (body) => {
    const { container } = render(<MessageBody body={body} />);
    expect(container.textContent).toBe(body);
    expect(container.querySelector('script, img, b, a')).toBeNull();
  });

  it('keeps every character, whatever the script', () => {
    const body = 'a\n\n  b\tc \u202e‮evil \u0000 مرحبا 中文 https://a.test/ü?q=ö#ß end';
    const { container } = render(<MessageBody body={body} />);
    expect(container.textContent).toBe(body);
  });

  it('turns addresses into links that give nothing away', () => {
    render(<MessageBody body="see https://example.org/a(b)?c=d#e, or example.org." />);
    const [first, second] = screen.getAllByRole('link');
    expect(first).toHaveProperty('href', 'https://example.org/a(b)?c=d#e');
    expect(second).toHaveProperty('href', 'http://example.org/');
    expect(first!.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    expect(first!.getAttribute('target')).toBe('_blank');
  });

  it('leaves the punctuation around an address alone', () => {
    expect(bodyParts('(https://a.test/x).').map(({ text }) => text)).toEqual([
      '(',
      'https://a.test/x',
      ').',
    ]);
  });

  it('is quick with what looks like an address for ever', () => {
    const start = performance.now();
    bodyParts('http://'.repeat(600));
    bodyParts('a.'.repeat(2_000));
    bodyParts('('.repeat(4_000));
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('emoji', () => {
  it.each([
    ['🎉', 1],
    ['👍🏽', 1],
    ['👩🏽‍💻', 1],
    ['👨‍👩‍👧‍👦 🏳️‍🌈', 2],
    ['🇪🇺🇺🇳', 2],
    ['1️⃣', 1],
    ['😀😀😀😀😀', 5],
    ['😀😀😀😀😀😀', 0],
    ['', 0],
    ['1', 0],
    ['#', 0],
    ['ok 👍', 0],
    ['©', 0],
  ])('%s counts %i', (body, count) => expect(emojiCount(body)).toBe(count));
});

it('counts in code points, as the server does', () => {
  for (const text of ['', 'abc', '👍🏽', '中文', '\ud800', '\ud800\ud800\udc00', 'a\u0301']) {
    expect(codePoints(text)).toBe(Array.from(text).length);
  }
});
