import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A number a row, from 1 to `count`. */
const numbers = (count: number) =>
  `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;

/**
 * A database of the original app with so many people (`person00001` and so on) and messages: everybody writes to those
 * who come next, and the messages are spread over the last three years.
 */
export async function makeOriginal(path: string, people: number, messages: number): Promise<void> {
  const seconds = 3 * 365 * 86_400;
  const time = `strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || (${seconds} - i * ${seconds / messages}) || ' seconds')`;
  const statements = [
    `CREATE TABLE auth_user (id integer NOT NULL PRIMARY KEY, password varchar(128) NOT NULL, last_login datetime NULL,
      is_superuser bool NOT NULL, username varchar(150) NOT NULL UNIQUE, last_name varchar(150) NOT NULL,
      email varchar(254) NOT NULL, is_staff bool NOT NULL, is_active bool NOT NULL, date_joined datetime NOT NULL,
      first_name varchar(150) NOT NULL)`,
    `CREATE TABLE core_messagemodel (id integer NOT NULL PRIMARY KEY, timestamp datetime NOT NULL, body text NOT NULL,
      recipient_id integer NOT NULL, user_id integer NOT NULL)`,
    `${numbers(people)} INSERT INTO auth_user SELECT i, '!', NULL, 0, printf('person%05d', i), 'No. ' || i,
      printf('person%05d@example.org', i), 0, i % 50 <> 0, datetime('now', '-' || (${people} - i) || ' minutes'),
      'Person' FROM n`,
    `${numbers(messages)} INSERT INTO core_messagemodel SELECT i, ${time},
      'message ' || i || ' of ordinary length, as people write them',
      (i + 1 + i / ${people} % 9) % ${people} + 1, i % ${people} + 1 FROM n`,
  ];
  await promisify(execFile)('sqlite3', [path, `BEGIN; ${statements.join(';\n')}; COMMIT;`]);
}
