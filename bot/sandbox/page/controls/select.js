/** All select menus: a choice or several, of options, people, conversations or channels. */
import { h, icon } from "../browser/dom.js";
import { plainText } from "../text/mrkdwn.js";
import { openPicker } from "../overlays/picker.js";
import { faceOf, sourceOf } from "./select_entries.js";
import { interact } from "./surface.js";

const NOUNS = {
  static: "option",
  external: "option",
  users: "user",
  conversations: "conversation",
  channels: "channel",
};

function shapeOf(type) {
  const isMany = type.startsWith("multi_");
  const kind = type.replace("multi_", "").replace("_select", "");
  const noun = NOUNS[kind] + (isMany ? "s" : "");
  return { isMany, kind, field: `selected_${noun}`, initial: `initial_${noun}` };
}

const valueOf = (stored) => stored?.value ?? stored;

function initialOf(element, shape, context) {
  const initial = element[shape.initial];
  const here = element.default_to_current_conversation && context.surface.target.channel;
  if (shape.isMany) return initial ?? (here ? [here] : []);
  return initial ?? (here || null);
}

class Select {
  constructor(element, context) {
    this.element = element;
    this.context = context;
    this.shape = shapeOf(element.type);
    const initial = { [this.shape.field]: initialOf(element, this.shape, context) };
    this.slot = context.surface.form.slot(context.blockId, element, initial);
    this.slot.isRequired = context.isRequired;
    this.face = h("span", { class: "select-face" });
    const placeholder = plainText(element.placeholder) || "Choose an option";
    this.label = placeholder;
    this.node = h(
      "button",
      {
        type: "button",
        class: `select ${this.shape.isMany ? "is-many" : ""}`,
        role: "combobox",
        id: context.controlId,
        "aria-haspopup": "listbox",
        "aria-expanded": "false",
        "aria-labelledby": context.labelId,
        "aria-describedby": context.describedBy,
        "aria-label": context.labelId ? null : placeholder,
        dataset: { actionId: element.action_id },
        on: { click: () => this.open() },
      },
      this.face,
      icon("down"),
    );
    this.#draw();
  }

  #chosen() {
    const stored = this.slot.fields[this.shape.field];
    return this.shape.isMany ? stored : [stored].filter(Boolean);
  }

  #store(chosen) {
    this.slot.fields = { [this.shape.field]: this.shape.isMany ? chosen : (chosen[0] ?? null) };
    this.#draw();
  }

  #draw() {
    const chosen = this.#chosen();
    const faces = chosen.map((stored) =>
      h("span", { class: this.shape.isMany ? "chip" : "choice-face" }, faceOf(this.shape.kind, stored)),
    );
    this.face.replaceChildren(...(faces.length ? faces : [h("span", { class: "placeholder" }, this.label)]));
  }

  open() {
    const before = this.#chosen();
    this.node.setAttribute("aria-expanded", "true");
    openPicker(this.node, {
      source: sourceOf(this.shape.kind, this.element, this.context),
      isRemote: this.shape.kind === "external",
      label: this.label,
      isChosen: (entry) => this.#chosen().some((stored) => valueOf(stored) === entry.value),
      choose: (entry) => this.#choose(entry),
      onClose: () => this.#onClose(before),
    });
  }

  #choose(entry) {
    if (!this.shape.isMany) {
      this.#store([entry.stored]);
      return "close";
    }
    const chosen = this.#chosen();
    const others = chosen.filter((stored) => valueOf(stored) !== entry.value);
    const isFull = this.element.max_selected_items && chosen.length >= this.element.max_selected_items;
    if (others.length < chosen.length) this.#store(others);
    else if (!isFull) this.#store([...chosen, entry.stored]);
    return "stay";
  }

  async #onClose(before) {
    this.node.setAttribute("aria-expanded", "false");
    this.node.focus();
    const isSame = JSON.stringify(before.map(valueOf)) === JSON.stringify(this.#chosen().map(valueOf));
    if (isSame || !this.context.dispatches) return;
    const isDone = await interact(this.context, this.element, this.slot.fields, this.node);
    if (!isDone) this.#store(before);
  }
}

export function selectElement(element, context) {
  return new Select(element, context).node;
}
