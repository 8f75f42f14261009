import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Engine = 'sqlite' | 'mariadb';

/** A MariaDB user who may make databases, as `mysql://user:password@host:port`. */
export const adminUrl = process.env.CHATAPP_TEST_MYSQL_URL;

/** An empty database of one server's own. */
export interface Database {
  url: string;
  /** Whether somebody has to run `chatapp migrate` before the server starts. */
  needsMigrating: boolean;
  drop: () => Promise<void>;
}

export async function makeDatabase(engine: Engine, directory: string): Promise<Database> {
  if (engine === 'sqlite') {
    // It goes with the directory.
    const drop = () => Promise.resolve();
    return { url: `sqlite:${join(directory, 'chat.sqlite3')}`, needsMigrating: false, drop };
  }
  if (!adminUrl) throw new Error('CHATAPP_TEST_MYSQL_URL is not set');
  const name = `chatapp_e2e_${randomUUID().replaceAll('-', '')}`;
  await execute(adminUrl, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const url = new URL(`/${name}`, adminUrl).href;
  return { url, needsMigrating: true, drop: () => execute(url, `DROP DATABASE ${name}`) };
}

async function execute(url: string, statement: string): Promise<void> {
  const { hostname, port, username, password } = new URL(url);
  const account = [`--host=${hostname}`, `--port=${port || 3306}`, `--user=${username}`];
  await run('mariadb', ['--no-defaults', '--protocol=tcp', ...account, `--execute=${statement}`], {
    env: { ...process.env, MYSQL_PWD: decodeURIComponent(password) },
  });
}
