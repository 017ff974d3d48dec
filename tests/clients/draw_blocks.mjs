// Draws Slack messages as a web page: JSON on standard input, HTML on standard output. Called by `drawn.py`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.argv[2] + "/");
const { createElement } = require("react");
const { renderToStaticMarkup } = require("react-dom/server");
const { Message } = require("slack-blocks-to-jsx");

const style = readFileSync(require.resolve("slack-blocks-to-jsx/dist/style.css"), "utf8");
const logo = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";
const { messages, users } = JSON.parse(readFileSync(0, "utf8"));
const drawn = messages.map((blocks) =>
  renderToStaticMarkup(
    createElement(Message, { blocks, logo, name: "QMS Coach", theme: "light", time: new Date(0), data: { users } }),
  ),
);
const articles = drawn.map((html) => `<article>${html}</article>`).join("\n");
process.stdout.write(
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Messages</title><style>${style}
body { font: 15px/1.47 "Liberation Sans", sans-serif; margin: 16px; max-width: 640px }</style>${articles}</html>\n`,
);
