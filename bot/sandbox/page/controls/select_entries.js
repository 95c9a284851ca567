/** Where a select's entries come from: its own options, the app, the people, the channels. */
import { attempt } from "../server/api.js";
import { avatar } from "../pictures/avatar.js";
import { channelTitle, humans, me, nameOf, channel, workspace } from "../server/workspace.js";
import { icon } from "../browser/dom.js";
import { plainText, textNodes } from "../text/mrkdwn.js";

function optionEntry(option) {
  return {
    value: option.value,
    stored: option,
    words: plainText(option.text),
    nodes: () => textNodes(option.text),
    description: option.description && (() => textNodes(option.description)),
  };
}

function groupsOf(element) {
  if (!element.option_groups) return [{ label: null, entries: (element.options ?? []).map(optionEntry) }];
  return element.option_groups.map((group) => ({
    label: () => textNodes(group.label),
    entries: group.options.map(optionEntry),
  }));
}

function personEntry(person) {
  return {
    value: person.id,
    stored: person.id,
    words: `${nameOf(person.id)} ${person.name}`,
    nodes: () => [nameOf(person.id)],
    description: person.title && (() => [person.title]),
    leading: () => avatar(person.id, "small"),
  };
}

function channelEntry(room) {
  return {
    value: room.id,
    stored: room.id,
    words: channelTitle(room),
    nodes: () => [channelTitle(room)],
    leading: () => (room.is_im ? avatar(room.user_id, "small") : icon("hash")),
  };
}

function matching(groups, query) {
  const wanted = query.toLowerCase();
  return groups.map((group) => ({
    ...group,
    entries: group.entries.filter((entry) => entry.words.toLowerCase().includes(wanted)),
  }));
}

async function fromApp(element, context, query) {
  if (query.length < (element.min_query_length ?? 3)) return [];
  const { surface, blockId } = context;
  const reply = await attempt("/ui/suggest", {
    as: me().id,
    ...surface.target,
    block_id: blockId,
    action_id: element.action_id,
    value: query,
  });
  return groupsOf(reply);
}

const KINDS = {
  static: groupsOf,
  users: () => [{ entries: humans().map(personEntry) }],
  conversations: () => [{ entries: workspace().channels.map(channelEntry) }],
  channels: () => [
    {
      entries: workspace()
        .channels.filter((each) => !each.is_im)
        .map(channelEntry),
    },
  ],
};

/** A function from what was typed to groups of entries. */
export function sourceOf(kind, element, context) {
  if (kind === "external") return (query) => fromApp(element, context, query);
  return (query) => matching(KINDS[kind](element), query);
}

const FACES = {
  users: (id) => [avatar(id, "small"), nameOf(id)],
  conversations: (id) => [channel(id) ? channelTitle(channel(id)) : id],
};
FACES.channels = (id) => ["#", ...FACES.conversations(id)];

/** How a stored choice looks in the closed select. */
export function faceOf(kind, stored) {
  return FACES[kind] ? FACES[kind](stored) : textNodes(stored.text);
}
