/** The live connection: server-sent events with reconnect, and word of whether it holds. */
const RETRY_AFTER_MS = [500, 1000, 2000, 5000];
const NOTICE_AFTER_MS = 1200;

export class Stream {
  /** @type {EventSource | null} */
  #source = null;

  #attempts = 0;

  /** `onEvent(event)` hears each change; `onConnection(true | false)` hears of losses and recoveries. */
  constructor(personId, { onEvent, onConnection }) {
    this.personId = personId;
    this.onEvent = onEvent;
    this.onConnection = onConnection;
    this.#connect();
    window.addEventListener("pagehide", () => this.#source?.close());
    window.addEventListener("pageshow", (event) => event.persisted && this.#connect());
  }

  #connect() {
    const source = new EventSource(`/ui/stream?as=${encodeURIComponent(this.personId)}`);
    source.addEventListener("open", () => this.#onOpen());
    source.addEventListener("error", () => this.#onLoss());
    source.addEventListener("message", (event) => this.onEvent(JSON.parse(event.data)));
    this.#source = source;
  }

  #onOpen() {
    clearTimeout(this.notice);
    const wasLost = this.#attempts > 0;
    this.#attempts = 0;
    this.onConnection(true, wasLost);
  }

  #onLoss() {
    this.#source?.close();
    const wait = RETRY_AFTER_MS[Math.min(this.#attempts, RETRY_AFTER_MS.length - 1)];
    if (this.#attempts === 0) this.notice = setTimeout(() => this.onConnection(false), NOTICE_AFTER_MS);
    this.#attempts += 1;
    setTimeout(() => this.#connect(), wait);
  }
}
