import { readFileSync } from 'node:fs';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** That `openapi.json` is what the server says of itself, a test of the server checks. */
test('the types of the API are those of its document; if not, run `scripts/types`', async () => {
  const document = JSON.parse(read('../openapi.json')) as Parameters<typeof openapiTS>[0];
  const generated = COMMENT_HEADER + astToString(await openapiTS(document));
  expect(read('../src/api/schema.d.ts')).toBe(generated);
});
