/** Modal dialogs on the browser's own <dialog>: focus stays inside, Esc asks to close, focus returns. */
import { h, iconButton, uniqueId } from "../browser/dom.js";

/** Opens a dialog; `onDismiss` hears Esc and the close button. The returned node has `close()`. */
export function openDialog({ className, title, body, footer = null, onDismiss, closeLabel = "Close" }) {
  const titleId = uniqueId("dialog-title");
  const heading = h("h2", { id: titleId, class: "dialog-title" }, title);
  const node = h(
    "dialog",
    { class: `dialog ${className}`, role: "dialog", "aria-modal": "true", "aria-labelledby": titleId },
    h(
      "header",
      { class: "dialog-head" },
      heading,
      iconButton("close", closeLabel, () => onDismiss("button")),
    ),
    body,
    footer,
  );
  node.addEventListener("cancel", (event) => {
    event.preventDefault();
    onDismiss("escape");
  });
  node.addEventListener("close", () => node.remove());
  document.body.append(node);
  node.showModal();
  return node;
}
