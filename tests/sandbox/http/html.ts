const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 34rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
form { display: grid; gap: .75rem; }
fieldset { border: 1px solid; border-radius: .5rem; padding: 1rem; display: grid; gap: .5rem; }
label { display: flex; gap: .5rem; min-height: 2rem; align-items: center; }
button { font: inherit; min-height: 2.75rem; padding: .5rem 1rem; border: 2px solid; border-radius: .5rem; text-align: start; cursor: pointer; }
:focus-visible { outline: 3px solid; outline-offset: 2px; }
`;

export function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A complete page; `content` is markup, `title` is text and is also the heading. */
export function page(title: string, content: string, language = 'en'): string {
	return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${content}
</main>
</body>
</html>
`;
}
