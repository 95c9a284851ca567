/** Slack's date tokens (`{date_short_pretty}`, `{time}`, `{ago}`, …) in a person's time zone. */
const HALF_YEAR_IN_SECONDS = 182 * 86400;
const DAY_IN_SECONDS = 86400;
/** @type {[string, number][]} */
const AGO_STEPS = [
  ["year", 31536000],
  ["month", 2592000],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

function inZone(unix, tz, options) {
  const date = new Date(unix * 1000);
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: tz, ...options }).formatToParts(date);
  } catch {
    return new Intl.DateTimeFormat("en-US", { timeZone: "UTC", ...options }).formatToParts(date);
  }
}

function part(unix, tz, name, style) {
  return inZone(unix, tz, { [name]: style }).find((piece) => piece.type === name)?.value ?? "";
}

/** The calendar day as `2026-11-21`, which sorts and compares as text. */
export function dayKey(unix, tz) {
  const pieces = inZone(unix, tz, { year: "numeric", month: "2-digit", day: "2-digit" });
  const parts = Object.fromEntries(pieces.map((piece) => [piece.type, piece.value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

function ordinal(day) {
  const tens = day % 100;
  if (tens >= 11 && tens <= 13) return `${day}th`;
  return `${day}${["th", "st", "nd", "rd"][day % 10] ?? "th"}`;
}

export function clockTime(unix, tz, withSeconds = false) {
  const options = { hour: "numeric", minute: "2-digit", hour12: true };
  if (withSeconds) options.second = "2-digit";
  return inZone(unix, tz, options)
    .map((piece) => piece.value)
    .join("")
    .replace(/\s/gu, " ");
}

function yearSuffix({ unix, tz, now }) {
  return Math.abs(unix - now) < HALF_YEAR_IN_SECONDS ? "" : `, ${part(unix, tz, "year", "numeric")}`;
}

function plain({ unix, tz }) {
  return `${part(unix, tz, "month", "long")} ${ordinal(Number(part(unix, tz, "day", "numeric")))}`;
}

function short({ unix, tz }) {
  return `${part(unix, tz, "month", "short")} ${part(unix, tz, "day", "numeric")}`;
}

function long(moment) {
  return `${part(moment.unix, moment.tz, "weekday", "long")}, ${plain(moment)}`;
}

function relativeDay({ unix, tz, now }) {
  const day = dayKey(unix, tz);
  if (day === dayKey(now, tz)) return "today";
  if (day === dayKey(now - DAY_IN_SECONDS, tz)) return "yesterday";
  return day === dayKey(now + DAY_IN_SECONDS, tz) ? "tomorrow" : null;
}

function ago({ unix, now }) {
  const seconds = Math.abs(now - unix);
  const step = AGO_STEPS.find(([, length]) => seconds >= length);
  if (!step) return unix <= now ? "just now" : "in less than a minute";
  const count = Math.floor(seconds / step[1]);
  const words = `${count} ${step[0]}${count === 1 ? "" : "s"}`;
  return unix <= now ? `${words} ago` : `in ${words}`;
}

const withYear = (words) => (moment) => words(moment) + yearSuffix(moment);
const pretty = (words) => (moment) => relativeDay(moment) ?? withYear(words)(moment);

const TOKENS = {
  date_num: ({ unix, tz }) => dayKey(unix, tz),
  date_slash: ({ unix, tz }) => dayKey(unix, tz).replace(/^(\d+)-(\d+)-(\d+)$/u, "$2/$3/$1"),
  date: withYear(plain),
  date_short: withYear(short),
  date_long: withYear(long),
  date_long_full: (moment) => `${long(moment)}, ${part(moment.unix, moment.tz, "year", "numeric")}`,
  date_pretty: pretty(plain),
  date_short_pretty: pretty(short),
  date_long_pretty: pretty(long),
  day_divider_pretty: pretty(long),
  time: ({ unix, tz }) => clockTime(unix, tz),
  time_secs: ({ unix, tz }) => clockTime(unix, tz, true),
  ago,
};

/** The format with its tokens replaced; its first character is capitalized, as Slack does. */
export function formatSlackDate(unix, format, tz, now) {
  const moment = { unix, tz, now };
  const text = format.replace(/\{(\w+)\}/gu, (whole, name) => TOKENS[name]?.(moment) ?? whole);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Today, Yesterday, or the weekday and date: the heading between the days of a channel. */
export function dayHeading(unix, tz, now) {
  return formatSlackDate(unix, "{date_long_pretty}", tz, now);
}
