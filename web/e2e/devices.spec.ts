import { backOnline, type Chat } from './support/chat.ts';
import { Person } from './support/person.ts';
import { expect, test } from './support/test.ts';
import { unreachable } from './support/troubles.ts';

const each = 8;

test('three devices write through a crash and without network: each message once, in order, on each', async ({
  server,
  people,
  newBrowser,
  troubles,
}) => {
  test.setTimeout(240_000);
  troubles.expect(unreachable);
  const [ada, ben] = await people('ada', 'ben');
  const second = new Person('ada', await newBrowser());
  await second.logIn();
  const devices = [
    { name: 'laptop', person: ada, chat: await ada.openChat(ben) },
    { name: 'phone', person: second, chat: await second.openChat(ben) },
    { name: 'desk', person: ben, chat: await ben.openChat(ada) },
  ];
  for (const { chat } of devices) {
    // Tall enough that all messages are in the page at once.
    await chat.page.setViewportSize({ width: 900, height: 1800 });
    await expect(chat.banner).toBeHidden();
  }
  const [laptop, phone, desk] = devices.map(({ chat }) => chat) as [Chat, Chat, Chat];
  const write = async (from: number, to: number) => {
    for (let number = from; number <= to; number += 1) {
      await Promise.all(devices.map(({ name, chat }) => chat.send(`${name} ${number}`)));
    }
  };

  await write(1, 2);
  await second.context.setOffline(true);
  await ben.context.setOffline(true);
  await write(3, 4);
  await server.kill();
  await write(5, 6);
  await expect(laptop.banner).toBeVisible();
  await server.restart();
  await expect(laptop.message('laptop 6').getByTitle('Sent')).toBeVisible(backOnline);
  await second.context.setOffline(false);
  await ben.context.setOffline(false);
  await write(7, each);

  const written = devices.flatMap(({ name }) =>
    Array.from({ length: each }, (_, index) => `${name} ${index + 1}`),
  );
  const kept = async () => (await ada.conversation(ben)).map(({ body }) => body);
  await expect.poll(async () => (await kept()).length, backOnline).toBe(written.length);
  const order = await kept();
  expect([...order].sort()).toEqual([...written].sort());
  for (const { name } of devices) {
    const own = order.filter((body) => body.startsWith(name));
    expect(own).toEqual(written.filter((body) => body.startsWith(name)));
  }
  for (const chat of [laptop, phone, desk]) {
    await expect(chat.banner).toBeHidden(backOnline);
    await expect(chat.bodies).toHaveText(order);
  }
});
