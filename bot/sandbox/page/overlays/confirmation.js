/** The confirm dialog of a Block Kit element. */
import { openDialog } from "./dialog.js";
import { h } from "../browser/dom.js";
import { textNodes } from "../text/mrkdwn.js";

/** Asks with the element's `confirm` object; true when the person agrees. */
export function askConfirmation(ask) {
  return new Promise((resolve) => {
    const opener = /** @type {HTMLElement | null} */ (document.activeElement);
    const settle = (answer) => {
      dialog.close();
      opener?.focus();
      resolve(answer);
    };
    const style = ask.style === "danger" ? "danger" : "primary";
    const agree = h(
      "button",
      {
        type: "button",
        class: `button ${style}`,
        dataset: { confirm: "yes" },
        on: { click: () => settle(true) },
      },
      textNodes(ask.confirm ?? { text: "Yes" }),
    );
    const deny = h(
      "button",
      { type: "button", class: "button", dataset: { confirm: "no" }, on: { click: () => settle(false) } },
      textNodes(ask.deny ?? { text: "Cancel" }),
    );
    const dialog = openDialog({
      className: "confirm-dialog",
      title: textNodes(ask.title ?? { text: "Are you sure?" }),
      body: h("div", { class: "dialog-body" }, h("div", { class: "text" }, textNodes(ask.text))),
      footer: h("footer", { class: "dialog-foot" }, deny, agree),
      onDismiss: () => settle(false),
    });
    agree.focus();
  });
}
