/** The list that a select opens: search, groups, keyboard, a choice or several. */
import { h, icon, uniqueId } from "../browser/dom.js";
import { openPopover } from "./popover.js";

const SEARCH_AFTER_MS = 150;
const SEARCH_FROM_OPTIONS = 8;

function optionNode(entry, isChosen) {
  return h(
    "div",
    {
      class: "option",
      role: "option",
      id: uniqueId("option"),
      "aria-selected": String(isChosen),
      dataset: { value: entry.value },
    },
    entry.leading?.(),
    h(
      "span",
      { class: "option-text" },
      entry.nodes(),
      entry.description && h("span", { class: "option-description" }, entry.description()),
    ),
    isChosen && icon("check", "icon option-check"),
  );
}

/** An open list. `source(query)` gives groups `{label, entries}`, an entry is `{value, nodes(), …}`. */
class Picker {
  constructor(anchor, { source, isChosen, choose, label, isRemote, onClose }) {
    this.source = source;
    this.isChosen = isChosen;
    this.choose = choose;
    this.isRemote = isRemote;
    /** @type {any[]} */
    this.entries = [];
    this.active = -1;
    this.turn = 0;
    this.list = h("div", { class: "options", role: "listbox", id: uniqueId("options"), "aria-label": label });
    this.search = h("input", {
      type: "text",
      class: "option-search",
      role: "combobox",
      placeholder: "Search",
      autocomplete: "off",
      spellcheck: "false",
      "aria-label": `Search: ${label}`,
      "aria-expanded": "true",
      "aria-controls": this.list.id,
      "aria-autocomplete": "list",
      on: { input: () => this.#searchSoon(), keydown: (event) => this.#onKey(event) },
    });
    this.list.addEventListener("click", (event) => this.#onClick(event));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    const field = h("div", { class: "option-search-box" }, icon("search"), this.search);
    this.popover = openPopover(anchor, [field, this.list], { className: "picker", onClose });
    this.field = field;
    this.search.focus();
    this.load();
  }

  async load() {
    const turn = ++this.turn;
    if (this.isRemote) this.list.replaceChildren(h("div", { class: "option-note" }, "Loading…"));
    const groups = await this.source(this.search.value.trim());
    if (turn === this.turn) this.#draw(groups);
  }

  #draw(groups) {
    this.entries = groups.flatMap((group) => group.entries);
    const nodes = groups
      .filter((group) => group.entries.length)
      .flatMap((group) => [
        group.label && h("div", { class: "option-group", role: "presentation" }, group.label()),
        ...group.entries.map((entry) => (entry.node = optionNode(entry, this.isChosen(entry)))),
      ]);
    const empty = h(
      "div",
      { class: "option-note" },
      this.search.value || !this.isRemote ? "No results" : "Type to search",
    );
    this.list.replaceChildren(...(this.entries.length ? nodes.filter(Boolean) : [empty]));
    const isShort = !this.isRemote && !this.search.value && this.entries.length < SEARCH_FROM_OPTIONS;
    this.field.classList.toggle("is-quiet", isShort);
    this.#activate(
      Math.max(
        0,
        this.entries.findIndex((entry) => this.isChosen(entry)),
      ),
    );
    this.popover.place();
  }

  #activate(index) {
    this.entries[this.active]?.node.classList.remove("is-active");
    this.active = Math.min(index, this.entries.length - 1);
    const node = this.entries[this.active]?.node;
    node?.classList.add("is-active");
    node?.scrollIntoView({ block: "nearest" });
    this.search.setAttribute("aria-activedescendant", node?.id ?? "");
  }

  #searchSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), this.isRemote ? SEARCH_AFTER_MS : 0);
  }

  #onKey(event) {
    const count = this.entries.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && count) this.#activate((this.active + step + count) % count);
    else if (event.key === "Enter" && this.entries[this.active]) this.#take(this.entries[this.active]);
    else if (event.key === "Tab") this.popover.close();
    else return;
    event.preventDefault();
  }

  #onClick(event) {
    const node = event.target.closest("[role=option]");
    if (node) this.#take(this.entries.find((entry) => entry.node === node));
  }

  #take(entry) {
    if (this.choose(entry) === "stay") this.load();
    else this.popover.close();
  }
}

export function openPicker(anchor, options) {
  return new Picker(anchor, options);
}
