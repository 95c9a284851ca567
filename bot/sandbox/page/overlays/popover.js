/** Small windows beside a control: they close on Esc and on a click elsewhere, and stay inside the window. */
import { h } from "../browser/dom.js";

const GAP = 4;
const MARGIN = 8;

function place(node, anchor) {
  const at = anchor.getBoundingClientRect();
  const width = node.offsetWidth;
  const below = window.innerHeight - at.bottom - GAP - MARGIN;
  const above = at.top - GAP - MARGIN;
  const isBelow = below >= node.scrollHeight || below >= above;
  node.style.maxHeight = `${Math.max(120, isBelow ? below : above)}px`;
  const top = isBelow ? at.bottom + GAP : at.top - GAP - node.offsetHeight;
  const left = Math.min(at.left, window.innerWidth - width - MARGIN);
  node.style.top = `${Math.max(MARGIN, top)}px`;
  node.style.left = `${Math.max(MARGIN, left)}px`;
}

/** Opens `content` beside `anchor`; `onClose` is called once, however it closes. */
export function openPopover(anchor, content, { className = "", onClose = () => {} } = {}) {
  const node = h("div", { class: `popover ${className}`, popover: "auto" }, content);
  const follow = (event) => {
    if (!anchor.isConnected) node.hidePopover();
    else if (!node.contains(event?.target)) place(node, anchor);
  };
  node.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    window.removeEventListener("scroll", follow, true);
    window.removeEventListener("resize", follow);
    node.remove();
    onClose();
  });
  (anchor.closest("dialog") ?? document.body).append(node);
  node.style.minWidth = `${anchor.offsetWidth}px`;
  node.showPopover();
  place(node, anchor);
  window.addEventListener("scroll", follow, true);
  window.addEventListener("resize", follow);
  return { node, close: () => node.isConnected && node.hidePopover(), place: () => place(node, anchor) };
}
