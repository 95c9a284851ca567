/** Menus of commands: the overflow element, a message's menu, the switches of the top bar. */
import { h } from "../browser/dom.js";
import { openPopover } from "./popover.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

function onKey(event, list) {
  const items = [...list.querySelectorAll("[role^=menuitem]")];
  const at = items.indexOf(document.activeElement);
  const target =
    { Home: 0, End: items.length - 1 }[event.key] ??
    (event.key in STEPS ? (at + STEPS[event.key] + items.length) % items.length : null);
  if (target === null) return;
  event.preventDefault();
  items[target].focus();
}

function menuItem(item, choose) {
  const content = [
    item.leading,
    h(
      "span",
      { class: "menu-text" },
      item.label,
      item.description && h("span", { class: "menu-description" }, item.description),
    ),
    item.trailing,
  ];
  const common = {
    class: `menu-item ${item.isDanger ? "is-danger" : ""}`,
    tabindex: "-1",
    role: item.isChecked === undefined ? "menuitem" : "menuitemradio",
    "aria-checked": item.isChecked?.toString(),
    dataset: item.dataset ?? {},
  };
  const listener = { click: () => choose(item) };
  if (item.href)
    return h(
      "a",
      { ...common, href: item.href, target: "_blank", rel: "noopener noreferrer", on: listener },
      content,
    );
  return h("button", { ...common, type: "button", on: listener }, content);
}

/**
 * Opens a menu beside its button; an item has `label` and `choose()`, maybe `href`, `isDanger`, …
 * @param {HTMLElement} anchor
 * @param {any[]} items
 * @param {{label: string, className?: string}} options
 */
export function openMenu(anchor, items, { label, className = "" }) {
  /** @type {any} */
  let chosen = null;
  const choose = (item) => {
    chosen = item;
    popover.close();
  };
  const list = h(
    "div",
    { class: "menu", role: "menu", "aria-label": label },
    items.map((item) =>
      item.heading ? h("div", { class: "menu-heading" }, item.heading) : menuItem(item, choose),
    ),
  );
  list.addEventListener("keydown", (event) => onKey(event, list));
  anchor.setAttribute("aria-expanded", "true");
  const popover = openPopover(anchor, list, {
    className,
    onClose: () => {
      anchor.setAttribute("aria-expanded", "false");
      if (document.activeElement === document.body || chosen) anchor.focus();
      chosen?.choose?.();
    },
  });
  (list.querySelector("[aria-checked=true]") ?? list.querySelector("[role^=menuitem]"))?.focus();
  return popover;
}
