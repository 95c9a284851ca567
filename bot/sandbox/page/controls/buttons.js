/** Block Kit's buttons and the overflow menu. */
import { h, icon, webAddress } from "../browser/dom.js";
import { openMenu } from "../overlays/menu.js";
import { plainText, textNodes } from "../text/mrkdwn.js";
import { interact } from "./surface.js";

export function buttonElement(element, context) {
  const href = element.url && webAddress(element.url);
  const attributes = {
    class: `button ${element.style ?? ""}`,
    "aria-label": element.accessibility_label,
    dataset: { actionId: element.action_id ?? "" },
  };
  const label = h("span", { class: "button-label" }, textNodes(element.text));
  const node = href
    ? h("a", { ...attributes, href, role: "button", target: "_blank", rel: "noopener noreferrer" }, label)
    : h("button", { ...attributes, type: "button" }, label);
  const fields = element.value === undefined ? {} : { value: element.value };
  node.addEventListener("click", () => interact(context, element, { text: element.text, ...fields }, node));
  return node;
}

function openOptions(element, context, node) {
  openMenu(
    node,
    element.options.map((option) => ({
      label: textNodes(option.text),
      description: option.description && textNodes(option.description),
      href: option.url && webAddress(option.url),
      dataset: { value: option.value },
      choose: () => interact(context, element, { selected_option: option }, node),
    })),
    { label: "Options" },
  );
}

export function overflowElement(element, context) {
  const node = h(
    "button",
    {
      type: "button",
      class: "button overflow",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": "More actions",
      title: "More actions",
      dataset: { actionId: element.action_id },
      on: { click: () => openOptions(element, context, node) },
    },
    icon("more"),
  );
  return node;
}

/** Workflow buttons start nothing here, and say so. */
export function workflowButton(element) {
  return h(
    "button",
    { type: "button", class: "button", disabled: true, title: "The local Slack runs no workflows" },
    plainText(element.text),
  );
}
