// Server-sent events read from a response: EventSource can neither post nor show a key.

/**
 * Yield the events of a stream as they come. Comments are passed over.
 * @param {Response} response
 * @returns {AsyncGenerator<{name: string, id: string, data: any}>}
 */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const frames = (rest + value.replaceAll("\r\n", "\n")).split("\n\n");
      rest = frames.pop();
      for (const frame of frames) {
        const event = parse(frame);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // the caller left, and so do we
  }
}

function parse(frame) {
  const fields = { event: "message", id: "", data: [] };
  for (const line of frame.split("\n")) {
    const [, name, value] = /^([a-z]+):? ?(.*)$/.exec(line) || [];
    if (name === "data") fields.data.push(value);
    else if (name === "event" || name === "id") fields[name] = value;
  }
  if (!fields.data.length) return null;
  return { name: fields.event, id: fields.id, data: JSON.parse(fields.data.join("\n")) };
}
