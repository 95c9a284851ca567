/** The left column: who is acting, the channels, direct messages and the app. */
import { avatar } from "../pictures/avatar.js";
import { channelIcon, channelTitle, me, nameOf, workspace } from "../server/workspace.js";
import { h, icon } from "../browser/dom.js";
import { openMenu } from "../overlays/menu.js";
import { addressFor } from "../browser/address.js";

function badge(count, label) {
  return count ? h("span", { class: "badge", "aria-label": `${count} ${label}` }, String(count)) : null;
}

function row(room, isCurrent, name = channelTitle(room)) {
  const { unread = 0, mentions = 0 } = room;
  const count = room.is_im ? unread : mentions;
  const face = room.is_im ? avatar(room.user_id, "small") : icon(channelIcon(room));
  const label = `${name}${unread ? `, ${unread} unread` : ""}`;
  return h(
    "li",
    {},
    h(
      "a",
      {
        href: `#${room.id}`,
        "aria-label": label,
        "aria-current": isCurrent ? "page" : null,
        class: `side-row ${unread ? "is-unread" : ""} ${room.is_im || room.is_member ? "" : "is-outside"}`,
        dataset: { channelId: room.id },
      },
      face,
      h("span", { class: "side-name" }, name),
      badge(count, room.is_im ? "unread" : "mentions") ??
        (unread ? h("span", { class: "unread-count", "aria-hidden": "true" }, String(unread)) : null),
    ),
  );
}

function group(title, rows) {
  return rows.length ? h("section", { class: "side-group" }, h("h2", {}, title), h("ul", {}, rows)) : null;
}

function appRows(place, messages) {
  const { bot } = workspace();
  const isHome = place === "home";
  const home = h(
    "li",
    {},
    h(
      "a",
      {
        href: "#home",
        class: "side-row",
        "aria-current": isHome ? "page" : null,
        dataset: { place: "home" },
      },
      avatar(bot.user_id, "small"),
      h("span", { class: "side-name" }, bot.name),
      h("span", { class: "side-tag" }, "Home"),
    ),
  );
  return messages ? [home, row(messages, place === messages.id, "Messages")] : [home];
}

/** The people to act as; each may also be opened in a tab of its own. */
function peopleMenu(anchor, onPerson) {
  const items = workspace()
    .people.filter((each) => !each.is_bot && !each.deleted)
    .map((each) => ({
      leading: avatar(each.id),
      label: nameOf(each.id),
      description: each.title,
      isChecked: each.id === me().id,
      dataset: { personId: each.id },
      choose: () => each.id !== me().id && onPerson(each.id),
      trailing: each.id === me().id ? icon("check") : null,
    }));
  const others = workspace().people.filter((each) => !each.is_bot && !each.deleted && each.id !== me().id);
  openMenu(
    anchor,
    [
      { heading: "Act as" },
      ...items,
      { heading: "In a new tab" },
      ...others.map((each) => ({ leading: icon("tab"), label: nameOf(each.id), href: addressFor(each.id) })),
    ],
    { label: "Act as", className: "people-menu" },
  );
}

export class Sidebar {
  #signature = "";

  constructor({ onPerson }) {
    this.person = h("button", {
      type: "button",
      class: "person-card",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      on: { click: () => peopleMenu(this.person, onPerson) },
    });
    this.groups = h("div", { class: "side-groups" });
    this.node = h(
      "nav",
      { class: "sidebar", "aria-label": "Workspace" },
      h(
        "div",
        { class: "person-box" },
        h("span", { class: "person-hint", id: "acting-as" }, "Acting as"),
        this.person,
      ),
      this.groups,
    );
  }

  draw(place) {
    const signature = JSON.stringify([
      place,
      me(),
      workspace().channels,
      workspace().people,
      workspace().bot,
    ]);
    if (signature === this.#signature) return;
    this.#signature = signature;
    this.person.dataset.personId = me().id;
    this.person.setAttribute("aria-label", `Acting as ${nameOf(me().id)}. Switch person`);
    this.person.replaceChildren(
      avatar(me().id),
      h(
        "span",
        { class: "person-text" },
        h("span", { class: "person-name" }, nameOf(me().id)),
        h("span", { class: "person-title" }, me().title ?? ""),
      ),
      icon("down"),
    );
    this.#drawGroups(place);
  }

  #drawGroups(place) {
    const { channels, bot } = workspace();
    const rooms = channels.filter((each) => !each.is_im).map((each) => row(each, each.id === place));
    const people = channels.filter((each) => each.is_im && each.user_id !== bot.user_id);
    const app = channels.find((each) => each.is_im && each.user_id === bot.user_id);
    const focused = document.activeElement?.closest?.(".side-row")?.getAttribute("href");
    this.groups.replaceChildren(
      ...[
        group("Channels", rooms),
        group(
          "Direct messages",
          people.map((each) => row(each, each.id === place)),
        ),
        group("Apps", appRows(place, app)),
      ].filter(Boolean),
    );
    if (focused) this.groups.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  }
}
