const escaped = text => text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);

const item = ({ name, title, description }) =>
  `<li><a href="/${escaped(name)}/">${escaped(title)}</a><p>${escaped(description)}</p></li>`;

/** The page that lists the demo apps; its style lies beside it, because the page allows no inline style or script. */
export const landingPage = apps => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Residual</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/landing.css">
</head>
<body>
<main>
<h1>Residual</h1>
<p>Transformers for TypeScript, in parts. Everything below runs in this browser, on models that are served from this machine.</p>
<ul>
${apps.map(item).join('\n')}
</ul>
</main>
</body>
</html>
`;

export const landingStyle = `:root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 42rem; margin: 0 auto; padding: 3rem 1rem; }
ul { list-style: none; padding: 0; }
li { margin: 1rem 0; padding: 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 0.5rem; }
li a { font-size: 1.2rem; font-weight: 600; }
li p { margin: 0.25rem 0 0; }
`;
