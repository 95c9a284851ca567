/** What the composer offers while a person types: slash commands, people, channels, emoji. */
import { avatar } from "../pictures/avatar.js";
import { humans, nameOf, workspace } from "../server/workspace.js";
import { h, icon, uniqueId } from "../browser/dom.js";
import { emojiFor, emojiNames } from "../text/emoji.js";

const MOST = 8;

function commandSuggestions(query) {
  return workspace()
    .commands.filter((each) => each.command.startsWith(query))
    .map((each) => ({
      insert: `${each.command} `,
      leading: icon("bolt"),
      label: [h("strong", {}, each.command), " ", each.usage_hint ?? ""],
      description: each.description,
    }));
}

function personSuggestions(query) {
  const { bot } = workspace();
  const all = [...humans().map((each) => each.id), ...(bot ? [bot.user_id] : [])];
  return all
    .filter((id) => nameOf(id).toLowerCase().startsWith(query.slice(1).toLowerCase()))
    .map((id) => ({
      insert: `@${nameOf(id)} `,
      leading: avatar(id, "small"),
      label: nameOf(id),
    }));
}

function channelSuggestions(query) {
  return workspace()
    .channels.filter((each) => !each.is_im && each.name.startsWith(query.slice(1)))
    .map((each) => ({ insert: `#${each.name} `, leading: icon("hash"), label: each.name }));
}

function emojiSuggestions(query) {
  return emojiNames()
    .filter((name) => name.startsWith(query.slice(1)))
    .map((name) => ({
      insert: `:${name}: `,
      leading: h("span", { class: "emoji" }, emojiFor(name)),
      label: `:${name}:`,
    }));
}

/** @type {[RegExp, (query: string) => any[]][]} */
const SOURCES = [
  [/^\/\S*$/u, commandSuggestions],
  [/(?:^|\s)(@[\p{L}\p{N}._-]*)$/u, personSuggestions],
  [/(?:^|\s)(#[\p{L}\p{N}_-]*)$/u, channelSuggestions],
  [/(?:^|\s)(:[a-z0-9_+-]{2,})$/u, emojiSuggestions],
];

function suggestionsFor(before) {
  for (const [pattern, source] of SOURCES) {
    const match = pattern.exec(before);
    if (match) return { typed: match[1] ?? match[0], entries: source(match[1] ?? match[0]).slice(0, MOST) };
  }
  return { typed: "", entries: [] };
}

/** The list above a composer's field; it follows the caret and completes what is chosen. */
export class Suggestions {
  constructor(field) {
    this.field = field;
    /** @type {any[]} */
    this.entries = [];
    this.active = 0;
    this.typed = "";
    this.node = h("div", {
      class: "hints",
      role: "listbox",
      id: uniqueId("hints"),
      "aria-label": "Suggestions",
      hidden: true,
    });
    this.node.addEventListener("mousedown", (event) => event.preventDefault());
    this.node.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#complete(this.entries[[...this.node.children].indexOf(option)]);
    });
  }

  get isOpen() {
    return !this.node.hidden;
  }

  update() {
    const { typed, entries } = suggestionsFor(this.field.value.slice(0, this.field.selectionStart));
    const isDone = entries.length === 1 && entries[0].insert.trim() === typed;
    Object.assign(this, { typed, entries: isDone ? [] : entries, active: 0 });
    this.#draw();
  }

  close() {
    this.entries = [];
    this.#draw();
  }

  #draw() {
    this.node.hidden = this.entries.length === 0;
    this.field.setAttribute("aria-expanded", String(this.isOpen));
    this.node.replaceChildren(
      ...this.entries.map((entry, index) =>
        h(
          "div",
          {
            role: "option",
            class: `hint-option ${index === this.active ? "is-active" : ""}`,
            "aria-selected": String(index === this.active),
          },
          entry.leading,
          h("span", { class: "hint-label" }, entry.label),
          entry.description && h("span", { class: "quiet" }, entry.description),
        ),
      ),
    );
  }

  #complete(entry) {
    const at = this.field.selectionStart;
    this.field.setRangeText(entry.insert, at - this.typed.length, at, "end");
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
  }

  /** Takes the keys that belong to the open list; true when it did. */
  onKey(event) {
    if (!this.isOpen) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.active = (this.active + step + this.entries.length) % this.entries.length;
      this.#draw();
    } else if (event.key === "Tab" || event.key === "Enter") this.#complete(this.entries[this.active]);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
