/** Talks JSON to the sandbox; a refusal becomes an `ApiError` whose message can be shown to the person. */
class ApiError extends Error {}

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new ApiError("The local Slack cannot be reached. Is it still running?");
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  throw new ApiError(body.message || body.error || `The local Slack answered ${response.status}.`);
}

export function get(path, parameters = {}) {
  const present = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined);
  return answer(fetch(`${path}?${new URLSearchParams(present)}`, { headers: { accept: "application/json" } }));
}

export function post(path, body) {
  return answer(
    fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
}

/** Like `post`, but a refusal is an answer too: `{ok: false, message}`, as interactions report it. */
export async function attempt(path, body) {
  try {
    return await post(path, body);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ok: false, error: "refused", message: error.message };
  }
}
