/** Radio buttons and checkboxes. */
import { h, uniqueId } from "../browser/dom.js";
import { textNodes } from "../text/mrkdwn.js";
import { interact } from "./surface.js";

function choice(option, kind, name, isChosen) {
  const input = h("input", { type: kind, name, value: option.value, checked: isChosen });
  return h(
    "label",
    { class: "choice" },
    input,
    h("span", { class: "choice-mark", "aria-hidden": "true" }),
    h(
      "span",
      { class: "choice-text" },
      textNodes(option.text),
      option.description && h("span", { class: "choice-description" }, textNodes(option.description)),
    ),
  );
}

function group(element, context, { kind, chosen, read }) {
  const slot = context.surface.form.slot(context.blockId, element, read(chosen));
  slot.isRequired = context.isRequired;
  const isChosen = (option) =>
    [slot.fields.selected_option, ...(slot.fields.selected_options ?? [])].some(
      (each) => each?.value === option.value,
    );
  const name = uniqueId("choice");
  const node = h(
    "div",
    {
      class: "choices",
      role: kind === "radio" ? "radiogroup" : "group",
      dataset: { actionId: element.action_id },
      "aria-labelledby": context.labelId,
      "aria-describedby": context.describedBy,
    },
    element.options.map((option) => choice(option, kind, name, isChosen(option))),
  );
  node.addEventListener("change", () => {
    const picked = [...node.querySelectorAll("input")].map(
      (input, index) => input.checked && element.options[index],
    );
    slot.fields = read(picked.filter(Boolean));
    if (context.dispatches) interact(context, element, slot.fields, node);
  });
  return node;
}

export function radioButtons(element, context) {
  const chosen = element.initial_option ? [element.initial_option] : [];
  return group(element, context, {
    kind: "radio",
    chosen,
    read: ([option]) => ({ selected_option: option ?? null }),
  });
}

export function checkboxes(element, context) {
  return group(element, context, {
    kind: "checkbox",
    chosen: element.initial_options ?? [],
    read: (options) => ({ selected_options: options }),
  });
}
