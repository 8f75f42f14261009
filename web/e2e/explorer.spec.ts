import type { Page } from '@playwright/test';
import { Explorer, type Method } from './support/explorer.ts';
import type { Person } from './support/person.ts';
import { expect, test } from './support/test.ts';
import type { Troubles } from './support/troubles.ts';

interface Operation {
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { content: Record<string, unknown> };
}

interface ApiDocument {
  paths: Record<string, Partial<Record<Method, Operation>>>;
}

/** A picture of one pixel. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

/** The explorer's styles change with its size; what it asks for may be refused. */
const refusals = /Failed to load resource: the server responded with a status of 4\d\d/;

async function explorerOf(person: Person): Promise<Explorer> {
  const page = await person.context.newPage();
  await page.goto('/api/v1/docs/');
  await expect(page.locator('.opblock').first()).toBeVisible();
  return new Explorer(page);
}

test('the settings lead to the explorer, where whoever is logged in reads and writes', async ({
  people,
}) => {
  const [ada, ben] = await people('ada', 'ben');
  const { page } = await ada.open('/settings/tokens/');
  const opened = ada.context.waitForEvent('page');
  await page.getByRole('link', { name: 'The API, to read and to try' }).click();
  const explorer = new Explorer(await opened);

  const me = explorer.call('get', '/api/v1/me/');
  await me.unfold();
  expect(await me.execute()).toBe(200);
  await expect(me.answer).toContainText('"username": "ada"');

  const send = explorer.call('post', '/api/v1/message/');
  await send.unfold();
  await send.choose('application/json');
  await send.body.fill(JSON.stringify({ recipient: 'ben', body: 'from the explorer 🐴' }));
  expect(await send.execute()).toBe(201);
  await expect(send.answer).toContainText('from the explorer 🐴');
  expect((await ben.conversation(ada)).map(({ body }) => body)).toEqual(['from the explorer 🐴']);
});

test('a picture is put, and shown', async ({ people }) => {
  const [ada] = await people('ada');
  const explorer = await explorerOf(ada);
  const put = explorer.call('put', '/api/v1/me/avatar/');
  await put.unfold();
  await put.choose('image/png');
  await put.block
    .locator('input[type="file"]')
    .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: pixel });
  expect(await put.execute()).toBe(200);
  const show = explorer.call('get', '/api/v1/user/{username}/avatar/');
  await show.unfold();
  await show.parameter('username').fill('ada');
  expect(await show.execute()).toBe(200);
  const picture = show.answer.locator('img');
  await expect(picture).toBeVisible();
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(256);
});

test('a token speaks for whose it is, whoever is logged in', async ({ people, troubles }) => {
  troubles.expect(refusals);
  const [ada, ben] = await people('ada', 'ben');
  const data = { name: 'explorer', scope: 'read', expires: null };
  const made = await ben.api.post('/api/v1/me/token/', { data });
  const { token } = (await made.json()) as { token: string };
  const explorer = await explorerOf(ada);
  await explorer.authorize(token);
  const me = explorer.call('get', '/api/v1/me/');
  await me.unfold();
  expect(await me.execute()).toBe(200);
  await expect(me.answer).toContainText('"username": "ben"');
  const send = explorer.call('post', '/api/v1/message/');
  await send.unfold();
  await send.choose('application/json');
  await send.body.fill('{"recipient": "ada", "body": "a token that only reads"}');
  expect(await send.execute()).toBe(403);
});

test('every call can be made, and the server answers each', async ({ people, troubles }) => {
  test.setTimeout(600_000);
  troubles.expect(refusals);
  const [ada, ben] = await people('ada', 'ben');
  await ben.post(ada, 'something to look at');
  const answer = await ada.api.get('/api/v1/openapi.json');
  const document = (await answer.json()) as ApiDocument;
  const operations = inOrder(document);
  expect(operations.length).toBeGreaterThan(40);
  for (let done = 0; done < operations.length; done += atOnce) {
    const shown = operations.slice(done, done + atOnce);
    const paths = new Set(shown.map(({ path }) => path));
    await ada.context.route('**/api/v1/openapi.json', (route) =>
      route.fulfill({ json: only(document, paths) }),
    );
    const explorer = await explorerOf(ada);
    for (const operation of shown) {
      await test.step(`${operation.method} ${operation.path}`, async () => {
        await tryOut(explorer, operation, troubles);
      });
    }
    await explorer.page.close();
    await ada.context.unroute('**/api/v1/openapi.json');
  }
});

/** So many calls are shown at once: with each key that is pressed the explorer draws everything that it shows anew. */
const atOnce = 8;

function only(document: ApiDocument, shown: Set<string>): ApiDocument {
  const paths = Object.entries(document.paths).filter(([path]) => shown.has(path));
  return { ...document, paths: Object.fromEntries(paths) };
}

interface Listed extends Operation {
  method: Method;
  path: string;
}

/** Those that end the session come last. */
function inOrder({ paths }: ApiDocument): Listed[] {
  const listed = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method as Method,
      path,
    })),
  );
  const ends = ({ method, path }: Listed) => method === 'delete' && /session|\/me\/$/.test(path);
  return [...listed.filter((one) => !ends(one)), ...listed.filter(ends)];
}

const values: Record<string, string> = { username: 'ben', id: '1', file: 'index.css', wait: '0' };

async function tryOut(explorer: Explorer, operation: Listed, troubles: Troubles): Promise<void> {
  const call = explorer.call(operation.method, operation.path);
  await call.unfold();
  for (const { name, required } of operation.parameters ?? []) {
    if (required) await call.parameter(name).fill(values[name] ?? '1');
  }
  const kinds = Object.keys(operation.requestBody?.content ?? {});
  if (kinds.includes('image/png')) {
    await call.choose('image/png');
    const file = { name: 'a.png', mimeType: 'image/png', buffer: pixel };
    await call.block.locator('input[type="file"]').setInputFiles(file);
  }
  const asked = answered(explorer.page, operation);
  const status = await call.execute();
  expect((await asked).status(), 'the server itself answers').toBe(status);
  expect(status).toBeLessThan(500);
  await expect(call.answer, 'nobody takes it for a page of somebody else').not.toContainText(
    'cross_site',
  );
  expect(troubles.unexpected(), 'the policy of the page is kept').toEqual([]);
  await call.fold();
}

function answered(page: Page, { method, path }: Listed) {
  const pattern = new RegExp(`${path.replaceAll(/\{\w+\}/g, '[^/]+')}(\\?.*)?$`);
  return page.waitForResponse(
    (response) =>
      response.request().method() === method.toUpperCase() && pattern.test(response.url()),
  );
}
