/** Text, number, address and date inputs. */
import { h } from "../browser/dom.js";
import { plainText } from "../text/mrkdwn.js";
import { interact } from "./surface.js";

const DISPATCH_AFTER_MS = 250;

function common(element, context) {
  return {
    class: "input",
    dataset: { actionId: element.action_id },
    id: context.controlId,
    "aria-labelledby": context.labelId,
    "aria-describedby": context.describedBy,
    "aria-label": context.labelId ? null : plainText(element.placeholder) || element.type,
    "aria-required": context.isRequired ? "true" : null,
    autofocus: element.focus_on_load ? true : null,
  };
}

function slotFor(element, context, initial, check) {
  const slot = context.surface.form.slot(context.blockId, element, initial);
  slot.isRequired = context.isRequired;
  slot.check = () => check(slot.fields);
  return slot;
}

function triggers(element) {
  return element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
}

/** Reports typing to the app when the input block asks for it. */
function dispatchTyping(node, element, context, slot) {
  const report = () => interact(context, element, slot.fields, node);
  let timer = null;
  node.addEventListener("keydown", (event) => {
    const isEnter =
      event.key === "Enter" && !event.shiftKey && triggers(element).includes("on_enter_pressed");
    if (isEnter) report();
  });
  node.addEventListener("input", () => {
    clearTimeout(timer);
    if (triggers(element).includes("on_character_entered")) timer = setTimeout(report, DISPATCH_AFTER_MS);
  });
}

function counter(node, element) {
  if (!element.max_length) return null;
  const left = h("span", { class: "counter", "aria-hidden": "true" });
  const update = () => {
    left.textContent = String(element.max_length - node.value.length);
    left.classList.toggle("is-over", node.value.length > element.max_length);
  };
  node.addEventListener("input", update);
  update();
  return left;
}

function lengthProblem(value, element) {
  if (element.min_length && value.length < element.min_length) {
    return `Please enter at least ${element.min_length} characters.`;
  }
  const isLong = element.max_length && value.length > element.max_length;
  return isLong ? `Please shorten this to ${element.max_length} characters or fewer.` : null;
}

function numberProblem(value, element) {
  const pattern = element.is_decimal_allowed ? /^-?\d*\.?\d+$/u : /^-?\d+$/u;
  if (!pattern.test(value))
    return element.is_decimal_allowed ? "Please enter a number." : "Please enter a whole number.";
  if (element.min_value && Number(value) < Number(element.min_value))
    return `Must be at least ${element.min_value}.`;
  return element.max_value && Number(value) > Number(element.max_value)
    ? `Must be at most ${element.max_value}.`
    : null;
}

const PROBLEMS = {
  plain_text_input: lengthProblem,
  number_input: numberProblem,
  email_text_input: (value) =>
    /^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(value) ? null : "Please enter a valid email address.",
  url_text_input: (value) =>
    /^https?:\/\/\S+\.\S+|^https?:\/\/localhost/u.test(value) ? null : "Please enter a valid URL.",
};
const MODES = { number_input: "decimal", email_text_input: "email", url_text_input: "url" };

/** One-line and multi-line text, numbers, email and web addresses. An empty field's value is null. */
export function textInput(element, context) {
  const initial = { value: element.initial_value ? String(element.initial_value) : null };
  const slot = slotFor(element, context, initial, ({ value }) => PROBLEMS[element.type](value, element));
  const tag = element.multiline ? "textarea" : "input";
  const node = h(tag, {
    ...common(element, context),
    type: element.multiline ? null : "text",
    rows: element.multiline ? 4 : null,
    inputmode: MODES[element.type],
    autocomplete: "off",
    placeholder: plainText(element.placeholder),
    value: slot.fields.value ?? "",
  });
  node.addEventListener("input", () => {
    slot.fields = { value: node.value === "" ? null : node.value };
  });
  if (context.dispatches) dispatchTyping(node, element, context, slot);
  return h("div", { class: "input-box" }, node, counter(node, element));
}

function richValue(text) {
  if (!text) return null;
  const section = { type: "rich_text_section", elements: [{ type: "text", text }] };
  return { type: "rich_text", elements: [section] };
}

function richWords(value) {
  return (value?.elements ?? [])
    .flatMap((part) => part.elements ?? [])
    .map((leaf) => leaf.text ?? "")
    .join("");
}

/** Rich text is written plainly here and sent as a rich_text section. */
export function richTextInput(element, context) {
  const slot = slotFor(element, context, { rich_text_value: element.initial_value ?? null }, () => null);
  const node = h("textarea", {
    ...common(element, context),
    rows: 4,
    value: richWords(slot.fields.rich_text_value),
    placeholder: plainText(element.placeholder),
  });
  node.addEventListener("input", () => {
    slot.fields = { rich_text_value: richValue(node.value) };
  });
  if (context.dispatches) dispatchTyping(node, element, context, slot);
  return h("div", { class: "input-box" }, node);
}

function moment(element, context, { type, field, shown, stored }) {
  const initial = { [field]: element[`initial_${field.replace("selected_", "")}`] ?? null };
  const slot = slotFor(element, context, initial, () => null);
  const node = h("input", { ...common(element, context), type, value: shown(slot.fields[field]) });
  node.addEventListener("change", () => {
    slot.fields = { [field]: stored(node.value) };
    if (context.dispatches) interact(context, element, slot.fields, node);
  });
  return h("div", { class: "input-box moment-box" }, node);
}

const asText = { shown: (value) => value ?? "", stored: (value) => value || null };

export const datePicker = (element, context) =>
  moment(element, context, { type: "date", field: "selected_date", ...asText });

export const timePicker = (element, context) =>
  moment(element, context, { type: "time", field: "selected_time", ...asText });

function localMinutes(unix) {
  if (!unix) return "";
  const date = new Date(unix * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

export const dateTimePicker = (element, context) =>
  moment(element, context, {
    type: "datetime-local",
    field: "selected_date_time",
    shown: localMinutes,
    stored: (value) => (value ? Date.parse(value) / 1000 : null),
  });
