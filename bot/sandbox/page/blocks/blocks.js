/** Block Kit blocks as DOM nodes. */
import { h, link, uniqueId, webAddress } from "../browser/dom.js";
import { elementNode } from "../controls/elements.js";
import { picture } from "../pictures/picture.js";
import { markdown } from "../text/markdown.js";
import { textNodes } from "../text/mrkdwn.js";
import { richText } from "../text/rich_text.js";
import { tableBlock } from "./table.js";

function contextFor(block, surface) {
  return { surface, blockId: block.block_id, dispatches: true, isRequired: false };
}

function accessoryNode(accessory, context) {
  if (accessory.type === "image") return picture(accessory.image_url, accessory.alt_text, "accessory-image");
  return elementNode(accessory, context);
}

function section(block, surface) {
  const body = h(
    "div",
    { class: "section-body" },
    block.text && h("div", { class: "text" }, textNodes(block.text)),
    block.fields &&
      h(
        "div",
        { class: "fields" },
        block.fields.map((field) => h("div", { class: "text field" }, textNodes(field))),
      ),
  );
  const accessory =
    block.accessory &&
    h("div", { class: "accessory" }, accessoryNode(block.accessory, contextFor(block, surface)));
  return h("div", { class: "section" }, body, accessory);
}

function contextBlock(block) {
  return h(
    "div",
    { class: "context" },
    (block.elements ?? []).map((element) =>
      element.type === "image"
        ? picture(element.image_url, element.alt_text, "context-image")
        : h("span", { class: "text" }, textNodes(element)),
    ),
  );
}

function actions(block, surface) {
  return h(
    "div",
    { class: "actions" },
    block.elements.map((element) => elementNode(element, contextFor(block, surface))),
  );
}

function imageBlock(block) {
  const title = block.title && h("figcaption", {}, textNodes(block.title));
  return h("figure", { class: "image" }, title, picture(block.image_url, block.alt_text, "image-large"));
}

function videoBlock(block) {
  const address = block.title_url || block.video_url;
  return h(
    "div",
    { class: "video" },
    block.thumbnail_url && picture(block.thumbnail_url, block.alt_text, "video-still"),
    h(
      "div",
      { class: "video-text" },
      h("strong", {}, link(address, textNodes(block.title), { class: "link" })),
      block.description && h("div", { class: "text" }, textNodes(block.description)),
      webAddress(block.video_url) &&
        h("div", { class: "quiet" }, link(block.video_url, "Watch the video", { class: "link" })),
    ),
  );
}

/** A label, its control, a hint, and the place where an error appears. */
function input(block, surface) {
  const ids = {
    label: uniqueId("label"),
    hint: uniqueId("hint"),
    error: uniqueId("error"),
    control: uniqueId("field"),
  };
  const context = {
    ...contextFor(block, surface),
    dispatches: Boolean(block.dispatch_action),
    isRequired: !block.optional,
    labelId: ids.label,
    describedBy: `${ids.error} ${ids.hint}`,
    controlId: ids.control,
  };
  const error = h("p", { class: "field-error", id: ids.error, role: "alert", hidden: true });
  return h(
    "div",
    { class: "field-block" },
    h(
      "label",
      { class: "field-label", id: ids.label, for: ids.control },
      textNodes(block.label),
      block.optional && h("span", { class: "optional" }, " (optional)"),
    ),
    elementNode(block.element, context),
    error,
    h("p", { class: "hint", id: ids.hint }, textNodes(block.hint)),
  );
}

const BLOCKS = {
  header: (block) => h("h3", { class: "header" }, textNodes(block.text)),
  section,
  divider: () => h("hr", {}),
  context: contextBlock,
  actions,
  image: imageBlock,
  input,
  rich_text: (block) => h("div", { class: "text" }, richText(block)),
  table: tableBlock,
  markdown: (block) => h("div", { class: "text markdown" }, markdown(block.text)),
  video: videoBlock,
};

function blockNode(block, surface) {
  const build = BLOCKS[block.type];
  const node = build
    ? build(block, surface)
    : h("p", { class: "unsupported" }, `The local Slack does not draw “${block.type}” blocks.`);
  node.classList.add("block");
  node.dataset.blockId = block.block_id ?? "";
  node.dataset.blockType = block.type;
  return node;
}

/** The nodes of a list of blocks; the surface remembers what is entered and where actions go. */
export function renderBlocks(blocks, surface) {
  surface.form.renew();
  return (blocks ?? []).map((block) => blockNode(block, surface));
}

/** Shows errors by block id under their fields and takes away the others; the first field gets the focus. */
export function showFieldErrors(root, errors) {
  let first = null;
  for (const field of root.querySelectorAll(".field-block")) {
    const text = errors[field.dataset.blockId] ?? "";
    const note = field.querySelector(".field-error");
    note.textContent = text;
    note.hidden = !text;
    field.classList.toggle("has-error", Boolean(text));
    const control = field.querySelector("[data-action-id]");
    if (text) control?.setAttribute("aria-invalid", "true");
    else control?.removeAttribute("aria-invalid");
    if (text) first ??= control;
  }
  (first?.matches("[role=radiogroup], [role=group]") ? first.querySelector("input") : first)?.focus();
}
