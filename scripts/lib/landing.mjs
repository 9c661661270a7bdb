import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const escaped = text => text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);

const item = ({ path, title, description }) =>
  `<li><a href="/${escaped(path)}/"><h2>${escaped(title)}</h2><p>${escaped(description)}</p></a></li>`;

/**
 * The page that lists the demo apps. Its style is a separate file, because the page allows no inline style or script.
 */
export const landingPage = apps => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Residual</title>
<meta name="description" content="Transformers for TypeScript, in parts: demo apps that run in this browser.">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/landing.css">
</head>
<body>
<main>
<header>
<h1>Residual</h1>
<p class="lead">Transformers for TypeScript, in parts. Everything below runs in this browser, on models that are
served from this machine.</p>
</header>
<ul class="apps">
${apps.map(item).join('\n')}
</ul>
</main>
</body>
</html>
`;

const fonts = [
  ['Inter Variable', 'inter/files/inter-latin-wght-normal.woff2'],
  ['Source Serif 4 Variable', 'source-serif-4/files/source-serif-4-latin-wght-normal.woff2'],
];

const fontFace = ([family, file]) => `@font-face {
  font-family: '${family}';
  src: url('/fonts/${file}') format('woff2');
  font-weight: 100 900;
  font-display: swap;
}
`;

const ownStyle = `header { padding-block: clamp(1.5rem, 8vw, 5rem) 2rem; }
.apps { margin: 0; padding: 0; list-style: none; border-bottom: 1px solid var(--residual-line); }
.apps a {
  display: grid; grid-template-columns: minmax(min(100%, 14rem), 1fr) 2fr; gap: 0.4rem 2rem; align-items: baseline;
  padding-block: 1.5rem; border-top: 1px solid var(--residual-line); color: inherit; text-decoration: none;
}
.apps h2 { color: var(--residual-accent); }
.apps a:hover h2 { text-decoration: underline; text-decoration-thickness: 0.06em; text-underline-offset: 0.18em; }
.apps p { color: var(--residual-muted); }
@media (max-width: 40rem) { .apps a { grid-template-columns: 1fr; } }
`;

/** The style of the landing page: the shared style of all demo pages, and its own. */
export const landingStyle = () =>
  fonts.map(fontFace).join('') + readFileSync(join(root, 'packages', 'elements', 'page.css'), 'utf8') + ownStyle;
