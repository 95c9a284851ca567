/** Pictures with their descriptions, opened large on a click. */
import { openDialog } from "../overlays/dialog.js";
import { h, link, webAddress } from "../browser/dom.js";

function enlarge(address, description, opener) {
  const dialog = openDialog({
    className: "lightbox",
    title: description || "Image",
    body: h("div", { class: "dialog-body" }, h("img", { src: address, alt: description })),
    footer: h("footer", { class: "dialog-foot" }, link(address, "Open the original", { class: "link" })),
    onDismiss: () => {
      dialog.close();
      opener.focus();
    },
  });
}

/** A picture as a button that enlarges it; what cannot be loaded shows its description. */
export function picture(address, description = "", className = "") {
  const source = webAddress(address ?? "");
  const missing = () => h("span", { class: `picture-missing ${className}` }, description || "Image");
  if (!source || !address) return missing();
  const image = h("img", { src: source, alt: description, class: className, title: description });
  if (className === "context-image") return image;
  const node = h(
    "button",
    {
      type: "button",
      class: `picture ${className}-frame`,
      "aria-label": `Enlarge: ${description || "image"}`,
      on: { click: () => enlarge(source, description, node) },
    },
    image,
  );
  image.addEventListener("error", () => node.replaceWith(missing()));
  return node;
}
