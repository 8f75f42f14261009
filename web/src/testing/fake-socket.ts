import type { WebSocketLike } from '@/realtime/socket';

/** The other end of a socket, driven by hand. */
export class FakeSocket implements WebSocketLike {
  onopen: WebSocketLike['onopen'] = null;
  onmessage: WebSocketLike['onmessage'] = null;
  onclose: WebSocketLike['onclose'] = null;
  readyState = 1;
  readonly sent: unknown[] = [];
  closedWith: number | undefined | null = null;
  readonly url: string;
  readonly protocol: string;

  constructor(url: string, protocol: string) {
    this.url = url;
    this.protocol = protocol;
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(code?: number): void {
    this.closedWith = code;
    this.readyState = 3;
  }

  says(frame: unknown): void {
    this.saysRaw(JSON.stringify(frame));
  }

  saysRaw(data: unknown): void {
    this.onmessage?.({ data } as MessageEvent);
  }

  closes(code: number): void {
    this.onclose?.({ code } as CloseEvent);
  }
}
