/** The table block: its first row is the heading. */
import { h } from "../browser/dom.js";
import { richText } from "../text/rich_text.js";

function cellContent(cell) {
  if (cell.type === "rich_text") return richText(cell);
  return String(cell.text ?? cell.value ?? "");
}

function cellNode(cell, column, settings, tag) {
  const { align = "left", is_wrapped: isWrapped = false } = settings[column] ?? {};
  return h(
    tag,
    { class: `align-${align} ${isWrapped ? "is-wrapped" : ""}`, scope: tag === "th" ? "col" : null },
    cellContent(cell),
  );
}

export function tableBlock(block) {
  const settings = block.column_settings ?? [];
  const row = (cells, tag) =>
    h(
      "tr",
      {},
      cells.map((cell, column) => cellNode(cell, column, settings, tag)),
    );
  const [head = [], ...rows] = block.rows ?? [];
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      { class: "block-table" },
      h("thead", {}, row(head, "th")),
      h(
        "tbody",
        {},
        rows.map((cells) => row(cells, "td")),
      ),
    ),
  );
}
