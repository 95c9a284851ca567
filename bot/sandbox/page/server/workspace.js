/** What the page knows of the workspace: people, channels, the app, and who is acting. */
let current = null;
let people = new Map();
let channels = new Map();
let clockAheadBy = 0;

/** Takes over a fresh `/ui/state`; true when names changed, so that texts must be redrawn. */
export function learn(state) {
  const before = current && JSON.stringify([current.people, current.channels.map((channel) => channel.name)]);
  current = state;
  people = new Map(state.people.map((person) => [person.id, person]));
  people.set(state.me.id, state.me);
  channels = new Map(state.channels.map((channel) => [channel.id, channel]));
  if (state.now) clockAheadBy = state.now - Date.now() / 1000;
  return before !== JSON.stringify([state.people, state.channels.map((channel) => channel.name)]);
}

export const workspace = () => current;
export const me = () => current.me;
export const person = (id) => people.get(id) ?? null;
export const channel = (id) => channels.get(id) ?? null;

/** Seconds since 1970 on the sandbox's clock, which may run faster than the computer's. */
export const now = () => Date.now() / 1000 + clockAheadBy;

export function isApp(id) {
  return id === current.bot?.user_id;
}

export function nameOf(id) {
  if (isApp(id)) return current.bot.name;
  const profile = people.get(id);
  return profile ? profile.real_name || profile.name : id;
}

export function humans() {
  return current.people.filter((each) => !each.is_bot && !each.deleted);
}

/** The name of the sign before a channel's name. */
export function channelIcon(room) {
  if (room.is_archived) return "archive";
  return room.is_private ? "lock" : "hash";
}

export function channelTitle(room) {
  return room.is_im ? nameOf(room.user_id) : room.name;
}
