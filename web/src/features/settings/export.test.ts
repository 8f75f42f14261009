import { expect, test } from 'vitest';
import { Incomplete, readExport, type Progress } from './export';

const messages = [
  '\n{"id":1,"body":"one"}',
  ',\n{"id":2,"body":"zwei ü"}',
  ',\n{"id":3,"body":"three"}',
];
const whole = `{"message_count": 3,"user":{"username":"ada"},"messages":[${messages.join('')}\n]}\n`;

/** The text in pieces of so many bytes, which may cut letters apart. */
function stream(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) {
        controller.enqueue(bytes.slice(at, at + size));
      }
      controller.close();
    },
  });
}

test.each([1, 7, 50, 10_000])(
  'in pieces of %i bytes it is read as it is, and counted',
  async (size) => {
    const seen: Progress[] = [];
    const file = await readExport(stream(whole, size), (progress) => seen.push(progress));
    expect(await file.text()).toBe(whole);
    expect(seen.at(-1)).toEqual({ messages: 3, of: 3 });
    const counts = seen.map((progress) => progress.messages);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  },
);

test('one that breaks off is no file', async () => {
  const reading = readExport(stream(whole.slice(0, -20), 16), () => undefined);
  await expect(reading).rejects.toBeInstanceOf(Incomplete);
});

test('without messages there is nothing to count', async () => {
  const seen: Progress[] = [];
  await readExport(stream('{"message_count": 0,"messages":[\n]}\n', 9), (one) => seen.push(one));
  expect(seen.at(-1)).toEqual({ messages: 0, of: 0 });
});
