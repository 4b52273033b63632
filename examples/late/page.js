// The page: asks when it is told to, and shows what comes. Everything that comes is put in as text, never as markup; the token is kept in
// the page's memory alone, and is gone with it.
import { late } from './late.js';

const COLUMNS = ['daysLate', 'due', 'kind', 'name', 'study', 'vendor', 'turn', 'state'];
const form = document.querySelector('form');
const said = document.querySelector('#said');
const rows = document.querySelector('tbody');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  said.textContent = 'Asking …';
  rows.replaceChildren();
  try {
    const { rows: found, whole } = await late({ url: form.elements.url.value.replace(/\/+$/, ''), token: form.elements.token.value.trim() });
    rows.replaceChildren(...found.map(shown));
    const counted = found.length === 1 ? 'One thing is late.' : `${found.length} things are late.`;
    said.textContent = whole ? counted : `${counted} There are more, which this page does not ask for.`;
  } catch (error) {
    said.textContent = error.message;
  }
});

function shown(row) {
  const line = document.createElement('tr');
  for (const column of COLUMNS) {
    const cell = document.createElement(column === 'name' ? 'th' : 'td');
    if (column === 'name') cell.scope = 'row';
    cell.textContent = String(row[column]);
    line.append(cell);
  }
  return line;
}
