interface Discarded {
  peer: string;
  clientId: string;
}

/**
 * Tells the browser's other pages what its owner does not want to send any more:
 * each page that was opened since has the message too, and would send it.
 */
export class Discards {
  readonly #channel: BroadcastChannel;

  constructor(owner: string, heard: (peer: string, clientId: string) => void) {
    this.#channel = new BroadcastChannel(`chatapp-discards-${owner}`);
    this.#channel.onmessage = ({ data }: MessageEvent<Discarded>) =>
      heard(data.peer, data.clientId);
  }

  tell(peer: string, clientId: string): void {
    this.#channel.postMessage({ peer, clientId } satisfies Discarded);
  }

  close(): void {
    this.#channel.close();
  }
}
