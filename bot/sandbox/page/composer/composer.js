/** The field in which a person writes a message or a slash command. */
import { attempt } from "../server/api.js";
import { me, workspace } from "../server/workspace.js";
import { h, icon } from "../browser/dom.js";
import { encodeTyped } from "../text/encoding.js";
import { Suggestions } from "./suggestions.js";

const FORMATS = [
  ["B", "Bold", "*"],
  ["I", "Italic", "_"],
  ["S", "Strikethrough", "~"],
  ["</>", "Code", "`"],
];
const drafts = new Map();

function isCommand(text) {
  return /^\/[a-z]/u.test(text);
}

async function sendCommand(text, target) {
  const [command, ...rest] = text.trim().split(/\s+/u);
  const isOffered = workspace().commands.some((each) => each.command === command);
  if (!isOffered)
    return {
      ok: false,
      message: `${command} is not a valid command. To send it as text, begin with a space.`,
    };
  const argument = text.trim().slice(command.length).trim();
  return await attempt("/ui/command", {
    as: me().id,
    channel: target.channel,
    command,
    text: rest.length ? argument : "",
  });
}

async function sendMessage(text, target) {
  const reply = await attempt("/ui/message", {
    as: me().id,
    channel: target.channel,
    text: encodeTyped(text),
    thread_ts: target.threadTs ?? undefined,
  });
  return reply.ts ? { ok: true } : { ok: false, ...reply };
}

function problemText(reply) {
  if (reply.error === "timeout" || reply.error === "dispatch_failed")
    return "The app did not respond. Try again.";
  return reply.message || reply.error || "This could not be sent.";
}

export class Composer {
  constructor({ onSent }) {
    this.onSent = onSent;
    /** @type {{channel: string, threadTs: string | null}} */
    this.target = { channel: "", threadTs: null };
    this.field = h("textarea", {
      class: "composer-field",
      rows: 1,
      "aria-label": "Message",
      role: "combobox",
      "aria-expanded": "false",
      on: {
        input: () => this.#onInput(),
        keydown: (event) => this.#onKey(event),
        blur: () => this.suggestions.close(),
      },
    });
    this.suggestions = new Suggestions(this.field);
    this.field.setAttribute("aria-controls", this.suggestions.node.id);
    this.send = h(
      "button",
      { type: "submit", class: "send", "aria-label": "Send", title: "Send", disabled: true },
      icon("send"),
    );
    this.problem = h("p", { class: "composer-problem", role: "alert", hidden: true });
    this.box = h(
      "form",
      { class: "composer-box", on: { submit: (event) => this.#submit(event) } },
      this.field,
      h(
        "div",
        { class: "composer-foot" },
        this.#formatBar(),
        h("span", { class: "composer-tip" }, "Shift + Enter starts a new line"),
        this.send,
      ),
    );
    this.closed = h("p", { class: "composer-closed", hidden: true });
    this.node = h("div", { class: "composer" }, this.suggestions.node, this.box, this.closed, this.problem);
  }

  #formatBar() {
    return h(
      "div",
      { class: "format-bar", role: "toolbar", "aria-label": "Formatting" },
      FORMATS.map(([face, label, mark]) =>
        h(
          "button",
          {
            type: "button",
            class: `format format-${label.toLowerCase()}`,
            title: label,
            "aria-label": label,
            on: { click: () => this.#wrap(mark) },
          },
          face,
        ),
      ),
    );
  }

  #wrap(mark) {
    const { selectionStart: from, selectionEnd: to, value } = this.field;
    this.field.setRangeText(mark + value.slice(from, to) + mark, from, to, "end");
    if (from === to) this.field.selectionEnd = from + 1;
    this.field.focus();
    this.#onInput();
  }

  get #draftKey() {
    return `${me().id} ${this.target.channel} ${this.target.threadTs ?? ""}`;
  }

  /**
   * Points the composer at a channel or thread; `closedBecause` says why nothing can be written there.
   * @param {{channel: string, threadTs: string | null}} target
   * @param {{placeholder: string, closedBecause?: string | null}} words
   */
  aim(target, { placeholder, closedBecause = null }) {
    const isSame = this.target.channel === target.channel && this.target.threadTs === target.threadTs;
    this.target = target;
    this.field.placeholder = placeholder;
    this.field.setAttribute("aria-label", placeholder);
    this.box.hidden = Boolean(closedBecause);
    this.closed.hidden = !closedBecause;
    this.closed.textContent = closedBecause ?? "";
    if (isSame) return;
    this.field.value = drafts.get(this.#draftKey) ?? "";
    this.#sayProblem(null);
    this.#onInput();
  }

  #onInput() {
    drafts.set(this.#draftKey, this.field.value);
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 240)}px`;
    this.send.disabled = !this.field.value.trim();
    if (document.activeElement === this.field) this.suggestions.update();
  }

  #onKey(event) {
    if (this.suggestions.onKey(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.box.requestSubmit();
  }

  #sayProblem(text) {
    this.problem.hidden = !text;
    this.problem.textContent = text ?? "";
  }

  async #submit(event) {
    event.preventDefault();
    const text = this.field.value;
    if (!text.trim() || this.isSending) return;
    this.isSending = true;
    this.box.setAttribute("aria-busy", "true");
    const reply = await (isCommand(text)
      ? sendCommand(text, this.target)
      : sendMessage(text.trim(), this.target));
    this.isSending = false;
    this.box.removeAttribute("aria-busy");
    this.#sayProblem(reply.ok === false ? problemText(reply) : null);
    if (reply.ok === false) return;
    this.field.value = "";
    this.#onInput();
    this.suggestions.close();
    this.onSent();
  }
}
