/** A scrolled list of messages that changes only where messages changed, and keeps the reader's place. */
import { me, now } from "../server/workspace.js";
import { h, icon } from "../browser/dom.js";
import { keepEditor } from "./editor.js";
import { isFollowUp, messageNode } from "./message.js";
import { dayHeading, dayKey } from "../text/dates.js";

const AT_BOTTOM_WITHIN_PX = 60;
const HIGHLIGHT_FOR_MS = 4000;

function separator(text, className = "day-line") {
  return h("div", { class: className, role: "separator", "aria-label": text }, h("span", {}, text));
}

export class Timeline {
  #rows = new Map();

  #isSticky = true;

  #lastTop = 0;

  /** @param {{label: string, openThread?: any, onTop?: (() => void) | null, onBottom?: () => void}} options */
  constructor({ label, openThread = null, onTop = null, onBottom = () => {} }) {
    this.openThread = openThread;
    this.onTop = onTop;
    this.onBottom = onBottom;
    this.unseen = 0;
    this.newFrom = null;
    this.list = h("div", { class: "timeline-list", role: "log", "aria-label": label });
    this.pill = h("button", {
      type: "button",
      class: "new-pill",
      hidden: true,
      on: { click: () => this.toBottom() },
    });
    this.scroller = h(
      "div",
      { class: "timeline-scroll", tabindex: "0", on: { scroll: () => this.#onScroll() } },
      this.list,
    );
    this.node = h("div", { class: "timeline" }, this.scroller, this.pill);
    new ResizeObserver(() => this.#holdsBottom && this.toBottom()).observe(this.list);
    new ResizeObserver(() => this.#holdsBottom && this.toBottom()).observe(this.scroller);
  }

  reset() {
    this.#rows.clear();
    this.list.replaceChildren();
    this.newFrom = null;
    this.#isSticky = true;
    this.#countUnseen(0);
  }

  /** Names or colors changed: every row is drawn again at the next patch. */
  forget() {
    for (const row of this.#rows.values()) row.signature = null;
  }

  get isAtBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < AT_BOTTOM_WITHIN_PX;
  }

  /** Whether to stay at the bottom: a way up counts at once, a frame before the browser tells of it. */
  get #holdsBottom() {
    return this.#isSticky && (this.isAtBottom || this.scroller.scrollTop >= this.#lastTop);
  }

  /** At once: a smooth way down would be broken off by the next message. */
  toBottom() {
    this.#isSticky = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#lastTop = this.scroller.scrollTop;
  }

  /** Only the way up lets go of the bottom: a picture that has just loaded moves the bottom as well. */
  #onScroll() {
    const { scrollTop } = this.scroller;
    if (this.isAtBottom) {
      this.#isSticky = true;
      this.#countUnseen(0);
      this.onBottom();
    } else if (scrollTop < this.#lastTop) this.#isSticky = false;
    this.#lastTop = scrollTop;
    if (this.scroller.scrollTop < 80) this.onTop?.();
  }

  #countUnseen(count) {
    this.unseen = count;
    this.pill.hidden = count === 0;
    this.pill.replaceChildren(icon("arrowDown"), `${count} new message${count === 1 ? "" : "s"}`);
  }

  /** The rows that should be shown, each with a key, a signature and how to draw it. */
  #wanted(channelId, messages, extras) {
    const rows = [...(extras.first ?? [])];
    let previous = null;
    for (const message of messages) {
      const day = dayKey(Number(message.ts), me().tz);
      const isNewDay = !extras.isThread && (!previous || dayKey(Number(previous.ts), me().tz) !== day);
      if (isNewDay) rows.push(this.#dayRow(day, message));
      const isNewLine = message.ts === this.newFrom;
      if (isNewLine) rows.push({ key: "new", signature: "new", draw: () => separator("New", "new-line") });
      const isCompact = !isNewDay && !isNewLine && isFollowUp(previous, message);
      rows.push(this.#messageRow(channelId, message, isCompact));
      if (previous === null && extras.afterFirst) rows.push(extras.afterFirst);
      previous = message;
    }
    return rows;
  }

  #dayRow(day, message) {
    const text = dayHeading(Number(message.ts), me().tz, now());
    return { key: `day ${day}`, signature: text, draw: () => separator(text) };
  }

  #messageRow(channelId, message, isCompact) {
    const options = { channelId, isCompact, openThread: this.openThread };
    return {
      key: message.ts,
      signature: JSON.stringify([message, isCompact]),
      isMessage: true,
      user: message.user,
      draw: () => messageNode(message, options),
    };
  }

  #rowNode(row) {
    const shown = this.#rows.get(row.key);
    if (shown?.signature === row.signature) return shown.node;
    const node = row.draw();
    if (shown) {
      keepFocus(shown.node, node);
      keepEditor(shown.node, node);
    } else if (row.isMessage && this.#rows.size) node.classList.add("is-arriving");
    return node;
  }

  /** Shows these messages. Rows that did not change keep their nodes, and with them focus and open menus. */
  patch(channelId, messages, extras = {}) {
    const rows = this.#wanted(channelId, messages, extras);
    const wasEmpty = this.#rows.size === 0;
    const isSticky = this.#holdsBottom;
    const anchor = isSticky ? null : this.#anchor();
    const arrived = rows.filter((row) => row.isMessage && !this.#rows.has(row.key) && row.user !== me().id);
    const next = new Map(
      rows.map((row) => [row.key, { node: this.#rowNode(row), signature: row.signature }]),
    );
    this.#place([...next.values()].map((row) => row.node));
    this.#rows = next;
    if (isSticky) this.toBottom();
    else {
      this.#restore(anchor);
      if (!wasEmpty && !extras.isOlder) this.#countUnseen(this.unseen + arrived.length);
    }
  }

  #place(nodes) {
    const kept = new Set(nodes);
    for (const child of [...this.list.children]) if (!kept.has(child)) child.remove();
    let at = this.list.firstChild;
    for (const node of nodes) {
      if (node === at) at = at.nextSibling;
      else this.list.insertBefore(node, at);
    }
    restoreFocus();
  }

  #anchor() {
    const top = this.scroller.getBoundingClientRect().top;
    for (const [key, { node }] of this.#rows) {
      const box = node.getBoundingClientRect();
      if (box.bottom > top) return { key, offset: box.top - top };
    }
    return null;
  }

  #restore(anchor) {
    const node = anchor && this.#rows.get(anchor.key)?.node;
    if (!node) return;
    const top = this.scroller.getBoundingClientRect().top;
    this.scroller.scrollTop += node.getBoundingClientRect().top - top - anchor.offset;
  }

  /** Brings a message into view and marks it for a moment; false when it is not among those shown. */
  highlight(ts) {
    const node = this.#rows.get(ts)?.node;
    if (!node) return false;
    node.scrollIntoView({ block: "center" });
    this.#isSticky = this.isAtBottom;
    node.classList.add("is-highlighted");
    node.focus({ preventScroll: true });
    setTimeout(() => node.classList.remove("is-highlighted"), HIGHLIGHT_FOR_MS);
    return true;
  }
}

let refocus = null;

/** A redrawn message must not take the focus away from the control a person stands on. */
function keepFocus(before, after) {
  const focused = document.activeElement;
  if (!focused || !before.contains(focused)) return;
  if (focused.closest(".message-editor")) {
    refocus = focused;
    return;
  }
  const wanted = focused.closest("[data-action-id]")?.getAttribute("data-action-id");
  const block = focused.closest("[data-block-id]")?.getAttribute("data-block-id") ?? "";
  refocus =
    (wanted &&
      after.querySelector(
        `[data-block-id="${CSS.escape(block)}"] [data-action-id="${CSS.escape(wanted)}"]`,
      )) ||
    after;
}

function restoreFocus() {
  refocus?.focus({ preventScroll: true });
  refocus = null;
}
