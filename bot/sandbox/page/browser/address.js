/** The address of the page: `?as=U1` says who acts, `#C1`, `#C1/ts` and `#home` say what is shown. */

/** Reads the address; a message's `thread_ts` may follow it as in Slack's permalinks. */
export function readRoute() {
  const [path, query = ""] = decodeURIComponent(location.hash.slice(1)).split("?");
  const [place = "", ...stamps] = path.split("/");
  const named = new URLSearchParams(query).get("thread_ts");
  const [ts = null, reply = null] = stamps;
  return {
    personId: new URLSearchParams(location.search).get("as"),
    place: place || null,
    ts: reply ?? ts,
    threadTs: named ?? (reply ? ts : null),
  };
}

export function addressFor(personId, hash = location.hash) {
  return `${location.pathname}?as=${encodeURIComponent(personId)}${hash}`;
}

export function permalink(channelId, message) {
  const isReply = message.thread_ts && message.thread_ts !== message.ts;
  return `#${channelId}/${message.ts}${isReply ? `?thread_ts=${message.thread_ts}` : ""}`;
}

/** Writes the address without a new entry in the history. */
export function rewrite(personId, hash) {
  history.replaceState(null, "", addressFor(personId, hash));
}

export function visit(hash) {
  if (location.hash === hash) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = hash;
}
