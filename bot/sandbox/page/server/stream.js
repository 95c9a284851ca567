/** The live connection: server-sent events with reconnect, and word of whether it stands. */
const RETRY_AFTER_MS = [500, 1000, 2000, 5000];
const NOTICE_AFTER_MS = 1200;

export class Stream {
  #source = null;

  #attempts = 0;

  /** `onEvent(event)` hears each change; `onStanding(true | false)` hears of losses and recoveries. */
  constructor(personId, { onEvent, onStanding }) {
    Object.assign(this, { personId, onEvent, onStanding });
    this.#connect();
    window.addEventListener("pagehide", () => this.#source?.close());
    window.addEventListener("pageshow", (event) => event.persisted && this.#connect());
  }

  #connect() {
    this.#source = new EventSource(`/ui/stream?as=${encodeURIComponent(this.personId)}`);
    this.#source.addEventListener("open", () => this.#onOpen());
    this.#source.addEventListener("error", () => this.#onLoss());
    this.#source.addEventListener("message", (event) => this.onEvent(JSON.parse(event.data)));
  }

  #onOpen() {
    clearTimeout(this.notice);
    const wasLost = this.#attempts > 0;
    this.#attempts = 0;
    this.onStanding(true, wasLost);
  }

  #onLoss() {
    this.#source.close();
    const wait = RETRY_AFTER_MS[Math.min(this.#attempts, RETRY_AFTER_MS.length - 1)];
    if (this.#attempts === 0) this.notice = setTimeout(() => this.onStanding(false), NOTICE_AFTER_MS);
    this.#attempts += 1;
    setTimeout(() => this.#connect(), wait);
  }
}
