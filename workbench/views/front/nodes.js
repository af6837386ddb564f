// Building blocks: elements, icons and buttons. The files of this folder are joined into one module, in the order
// that surface.py names, so they share their names and import nothing.

const ICONS = {
  previous: "M9.5 3 4.5 8l5 5z M12 3v10h-1.6V3z",
  next: "M6.5 3l5 5-5 5z M4 3h1.6v10H4z",
  play: "M5 2.8v10.4L13 8z",
  pause: "M4.4 3h2.6v10H4.4z M9 3h2.6v10H9z",
  stop: "M3.5 3.5h9v9h-9z",
  send: "M7.2 1.5h1.6v6.6l2.7-2.7 1.1 1.1L8 11.1 3.4 6.5l1.1-1.1 2.7 2.7zM2.5 12.6h11v1.7h-11z",
  reset: "M8 3.2A4.8 4.8 0 1 1 3.4 9.4l1.5-.4A3.2 3.2 0 1 0 8 4.8V7L4.4 4 8 1z",
  explain: "M2 2.5h8.5v2.6H2zM2 6.7h12v2.6H2zM2 10.9h4.5v2.6H2z",
  find: "M6.8 1.8a5 5 0 1 1 0 10 5 5 0 0 1 0-10zm0 1.7a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6zM10.1 11.3l1.2-1.2 3.6 3.6-1.2 1.2z",
  code: "M5.5 1.5h8v10h-1.6V3.1H5.5zM2.5 4.5h8v10h-8zm1.6 1.6v6.8h4.8V6.1z",
  alert: "M8 1.5 15 14H1zM7.2 6v4.2h1.6V6zm0 5.2v1.5h1.6v-1.5z",
};

// JupyterLab takes keys away from whatever has the focus, unless that very element says otherwise
const KEEPS_KEYS = { "data-lm-suppress-shortcuts": "true" };

function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  if (["button", "input", "select", "textarea"].includes(tag)) attributes = { ...KEEPS_KEYS, ...attributes };
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

function button(name, label, act) {
  const about = { type: "button", class: `wb-${name}`, "aria-label": label, title: label, onclick: act };
  return node("button", about, icon(name));
}
