import { Store } from '@/realtime/store';
import { onWrite, read, write } from './storage';

/** What the browser says about notifications; `unsupported` where there are none. */
export type Permission = NotificationPermission | 'unsupported';

const soundKey = 'chatapp.sound';
const desktopKey = 'chatapp.notifications';
const askedKey = 'chatapp.notifications.asked';

/** How this device tells of news: what was chosen here, and what the browser allows. */
export class Alerts {
  readonly sound = new Store(read(soundKey) === 'on');
  /** Wanted; shown only with the browser's permission. */
  readonly desktop = new Store(read(desktopKey) !== 'off');
  readonly permission = new Store<Permission>(permissionNow());
  /** Whether it is a good moment to ask. */
  readonly asking = new Store(false);
  #asked = read(askedKey) !== null;

  get allowed(): boolean {
    return this.desktop.get() && this.permission.get() === 'granted';
  }

  /** Goes along with what is chosen in other pages of this browser, until `end`. */
  follow(end: AbortSignal): void {
    onWrite(soundKey, end, (value) => this.sound.set(value === 'on'));
    onWrite(desktopKey, end, (value) => {
      this.permission.set(permissionNow());
      this.desktop.set(value !== 'off');
    });
    onWrite(askedKey, end, () => this.#answered());
  }

  /** Something happened after which notifications make sense. Asks once, and never before. */
  consider(): void {
    const open = this.permission.get() === 'default' && this.desktop.get();
    if (open && !this.#asked) this.asking.set(true);
  }

  dismiss(): void {
    this.#answered();
    write(askedKey, 'yes');
  }

  /** Writes down once more what was chosen here, where everything was wiped. */
  keep(): void {
    if (this.sound.get()) write(soundKey, 'on');
    if (!this.desktop.get()) write(desktopKey, 'off');
    if (this.#asked) write(askedKey, 'yes');
  }

  /** Has the browser ask, which it does only after a click. */
  async allow(): Promise<void> {
    this.dismiss();
    if (permissionNow() === 'unsupported') return;
    this.permission.set(await Notification.requestPermission());
    this.#setDesktop(true);
  }

  async toggleDesktop(): Promise<void> {
    if (this.allowed) {
      this.#setDesktop(false);
      return;
    }
    await this.allow();
  }

  toggleSound(): void {
    this.sound.set(!this.sound.get());
    write(soundKey, this.sound.get() ? 'on' : 'off');
  }

  #answered(): void {
    this.#asked = true;
    this.asking.set(false);
  }

  #setDesktop(on: boolean): void {
    this.desktop.set(on);
    write(desktopKey, on ? 'on' : 'off');
  }
}

function permissionNow(): Permission {
  return 'Notification' in globalThis ? Notification.permission : 'unsupported';
}
