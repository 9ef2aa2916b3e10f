// A file beside the page; a sentence where it cannot be had, or where a host sent a page in its place.

/** @returns {Promise<string>} */
export async function loadText(name) {
  let answer;
  let text;
  try {
    answer = await fetch(new URL(name, import.meta.url));
    text = await answer.text();
  } catch {
    throw new Error(`${name} could not be loaded: is the network there? The next attempt asks for it again.`);
  }
  if (!answer.ok) throw new Error(`${name} is not on this server (it answers ${answer.status}).`);
  if (/^\s*<(!doctype|html)/i.test(text)) throw new Error(`${name} is not on this server: a page came in its place.`);
  return text;
}

export async function loadJson(name) {
  const text = await loadText(name);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${name} is broken on this server.`);
  }
}
