import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Mailbox } from './mailbox.ts';
import { makeDatabase, type Database, type Engine } from './database.ts';
import { makeOriginal } from './original.ts';

const run = promisify(execFile);
const binary = resolve(
  process.env.CHATAPP_BINARY ?? join(import.meta.dirname, '../../../target/release/chatapp'),
);

/** More of the environment, such as `CHATAPP_SIGN_UP`. */
export type Settings = Record<string, string>;

/** What everyone in these tests logs in with. */
export const password = 'correct horse 7 battery';

/** Nothing outlives the tests, however they end. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** The real program on a port, with a directory and a database of its own. */
export class Server {
  readonly url: string;
  readonly #directory: string;
  readonly #database: Database;
  readonly #environment: Record<string, string>;
  #process: ChildProcess | null = null;
  #log = '';
  #printed = '';

  private constructor(port: number, directory: string, database: Database, settings: Settings) {
    const address = `127.0.0.1:${port}`;
    this.url = `http://${address}`;
    this.#directory = directory;
    this.#database = database;
    // Nothing else, so that no setting of whoever runs the tests gets in.
    this.#environment = {
      PATH: process.env.PATH ?? '',
      CHATAPP_LISTEN: address,
      CHATAPP_DATA_DIR: directory,
      CHATAPP_DATABASE_URL: database.url,
      CHATAPP_BCRYPT_COST: '4',
      // All browsers of a run have one address.
      CHATAPP_THROTTLE: 'off',
      CHATAPP_MAIL_BACKEND: 'file',
      ...settings,
    };
  }

  static async start(engine: Engine, settings: Settings = {}): Promise<Server> {
    if (!existsSync(binary)) {
      throw new Error(`${binary} is not there: run scripts/build, or set CHATAPP_BINARY`);
    }
    const directory = await mkdtemp(join(tmpdir(), 'chatapp-e2e-'));
    const database = await makeDatabase(engine, directory);
    const server = new Server(await freePort(), directory, database, settings);
    try {
      if (database.needsMigrating) await server.command(['migrate']);
      await server.restart();
    } catch (reason) {
      await server.remove();
      throw reason;
    }
    return server;
  }

  get log(): string {
    return this.#log;
  }

  /** What somebody at the console has read since the program started. */
  get printed(): string {
    return this.#printed;
  }

  /** Everything that was mailed to somebody. */
  mailbox(address: string): Mailbox {
    return new Mailbox(join(this.#directory, 'mail'), address);
  }

  /** Runs the program once more, beside the server, as an administrator would; returns what it prints. */
  async command(words: string[], secret = ''): Promise<string> {
    const env = { ...this.#environment, CHATAPP_PASSWORD: secret };
    return (await run(binary, words, { cwd: this.#directory, env })).stdout;
  }

  /** Takes in a history, as an administrator moves in from the original: nobody is served meanwhile. */
  async moveIn(people: number, messages: number): Promise<void> {
    await this.stop();
    const original = join(this.#directory, 'original.sqlite3');
    await makeOriginal(original, people, messages);
    await this.command(['import-django', '--from', `sqlite:${original}`, '--json']);
    await this.restart();
  }

  /** Thousands, as an administrator imports them; without addresses. */
  async importUsers(usernames: readonly string[]): Promise<void> {
    const lines = usernames.map((username) => `${username},,${password}`);
    const importing = run(binary, ['createuser', '--from-csv', '-'], {
      cwd: this.#directory,
      env: this.#environment,
      maxBuffer: 64 * 1024 * 1024,
    });
    importing.child.stdin?.end(['username,email,password', ...lines, ''].join('\n'));
    await importing;
  }

  async createUsers(...usernames: string[]): Promise<void> {
    for (const username of usernames) {
      await this.command(['createuser', '--noinput', '--username', username], password);
    }
  }

  async createSuperuser(username: string): Promise<void> {
    const address = `${username}@example.org`;
    const words = ['createsuperuser', '--noinput', '--username', username, '--email', address];
    await this.command(words, password);
  }

  async changePassword(username: string, secret: string): Promise<void> {
    await this.command(['changepassword', username, '--noinput'], secret);
  }

  /** As a crash or a power cut does it. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** On the same port, with the same data. */
  async restart(): Promise<void> {
    const child = spawn(binary, ['serve'], { cwd: this.#directory, env: this.#environment });
    this.#process = child;
    running.add(child);
    child.stderr.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
    const gone = once(child, 'exit').then(() => {
      running.delete(child);
      return false;
    });
    const ready = new Promise<boolean>((listening) => {
      createInterface(child.stdout).on('line', (line) => {
        this.#printed += `${line}\n`;
        if (line === `listening on ${this.url}`) listening(true);
      });
    });
    if (!(await Promise.race([ready, gone]))) {
      throw new Error(`the server did not start:\n${this.#log}`);
    }
  }

  /** As an administrator does it. Fails if the server did not live until now. */
  async stop(): Promise<void> {
    const code = await this.#end('SIGTERM');
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${this.#log}`);
  }

  /** Leaves nothing behind. */
  async remove(): Promise<void> {
    try {
      await this.stop();
    } finally {
      await this.#database.drop();
      await rm(this.#directory, { recursive: true, force: true });
    }
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    this.#process = null;
    if (!child) return 0;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    }
    return child.exitCode;
  }
}

/**
 * Below the range from which the system takes the ports of outgoing connections:
 * a killed server gets its port back.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer();
    const free = await new Promise<boolean>((answer) => {
      probe.once('error', () => answer(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
    });
    if (free) return port;
  }
}
