/** Changes the person's own message in its place: a field instead of its words until they are saved or left. */
import { attempt } from "../server/api.js";
import { me } from "../server/workspace.js";
import { h } from "../browser/dom.js";
import { decodeStored, encodeTyped } from "../text/encoding.js";
import { editedMark, messageText } from "./message_text.js";

class Editor {
  constructor(channelId, message) {
    this.target = { as: me().id, channel: channelId, ts: message.ts };
    this.stored = message.text;
    this.before = decodeStored(message.text);
    this.field = h("textarea", {
      class: "composer-field",
      rows: 1,
      "aria-label": "Edit message",
      value: this.before.typed,
      on: { input: () => this.#onInput(), keydown: (event) => this.#onKey(event) },
    });
    this.grower = h("div", { class: "editor-grower" }, this.field);
    this.save = h("button", { type: "submit", class: "button primary" }, "Save");
    this.problem = h("p", { class: "composer-problem", role: "alert", hidden: true });
    this.box = h("div", { class: "composer-box" }, this.grower, this.#foot());
    this.node = h(
      "form",
      { class: "message-editor", on: { submit: (event) => this.#submit(event) } },
      this.box,
      this.problem,
    );
    this.#onInput();
  }

  #foot() {
    const cancel = { type: "button", class: "button", on: { click: () => this.#close() } };
    return h("div", { class: "composer-foot" }, h("button", cancel, "Cancel"), this.save);
  }

  /** The unseen twin of the field has its words, and so its height: nothing is ever measured or moved. */
  #onInput() {
    this.grower.dataset.words = this.field.value;
    this.save.disabled = !this.field.value.trim();
  }

  #onKey(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") this.#close();
    else if (event.key === "Enter" && !event.shiftKey) this.node.requestSubmit();
    else return;
    event.preventDefault();
  }

  async #submit(event) {
    event.preventDefault();
    const typed = this.field.value.trim();
    if (!typed || this.isSaving) return;
    const text = encodeTyped(typed, this.before.mentions);
    if (typed === this.before.typed.trim() || text === this.stored) this.#close();
    else await this.#send(text);
  }

  async #send(text) {
    this.isSaving = true;
    this.box.setAttribute("aria-busy", "true");
    const reply = await attempt("/ui/edit", { ...this.target, text });
    this.isSaving = false;
    this.box.removeAttribute("aria-busy");
    this.problem.hidden = reply.ok !== false;
    this.problem.textContent = reply.message ?? "";
    if (reply.ok !== false) this.#close(messageText(text, editedMark()));
  }

  /** Leaves the message with its new words at once: the old ones must not flash until the stream tells. */
  #close(replacement = null) {
    const article = this.node.closest(".message");
    this.node.remove();
    if (replacement) article?.querySelector(".message-text")?.replaceWith(replacement);
    article?.focus({ preventScroll: true });
  }
}

function putInto(article, node) {
  article?.querySelector(".message-text")?.after(node);
}

/** Opens the editor of a message in its drawn `article`. */
export function openEditor(article, channelId, message) {
  const { node, field } = new Editor(channelId, message);
  putInto(article, node);
  field.focus({ preventScroll: true });
  field.setSelectionRange(field.value.length, field.value.length);
  node.scrollIntoView({ block: "nearest" });
}

/** A message that is drawn again keeps its open editor, unless its words are gone. */
export function keepEditor(before, after) {
  const editor = before.querySelector(".message-editor");
  if (editor) putInto(after, editor);
}
