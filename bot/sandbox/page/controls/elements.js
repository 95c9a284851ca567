/** The interactive elements of Block Kit by their type. */
import { buttonElement, overflowElement, workflowButton } from "./buttons.js";
import { checkboxes, radioButtons } from "./choices.js";
import { h } from "../browser/dom.js";
import { datePicker, dateTimePicker, richTextInput, textInput, timePicker } from "./inputs.js";
import { selectElement } from "./select.js";

const ELEMENTS = {
  button: buttonElement,
  workflow_button: workflowButton,
  overflow: overflowElement,
  radio_buttons: radioButtons,
  checkboxes,
  datepicker: datePicker,
  timepicker: timePicker,
  datetimepicker: dateTimePicker,
  plain_text_input: textInput,
  number_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  rich_text_input: richTextInput,
};

for (const kind of ["static", "external", "users", "conversations", "channels"]) {
  ELEMENTS[`${kind}_select`] = selectElement;
  ELEMENTS[`multi_${kind}_select`] = selectElement;
}

/** The control of an element; a type this page does not draw is named instead of left out. */
export function elementNode(element, context) {
  const build = ELEMENTS[element.type];
  return build
    ? build(element, context)
    : h("span", { class: "unsupported" }, `The local Slack does not draw “${element.type}”.`);
}
