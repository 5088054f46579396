// SPDX-License-Identifier: Apache-2.0
// Numbers and times as the page writes them: 3 significant digits, days counted from 1.

export const NBSP = '\u00a0';

/** A number with so many significant digits, thousands separated; a dash for none. */
export function sig(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-4) return power(value, digits);
  const rounded = Number(value.toPrecision(digits));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: Math.min(decimals, 8) });
}

const SUPER: Record<string, string> = {
  '-': '⁻', '0': '⁰', '1': '¹', '2': '²', '3': '³', '4': '⁴', '5': '⁵', '6': '⁶', '7': '⁷', '8': '⁸', '9': '⁹',
};

export function superscript(value: number): string {
  return [...String(value)].map((c) => SUPER[c] ?? c).join('');
}

function power(value: number, digits: number): string {
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  const mantissa = value / 10 ** exponent;
  return `${Number(mantissa.toPrecision(Math.min(digits, 2)))}${NBSP}×${NBSP}10${superscript(exponent)}`;
}

export function fixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A time in days since the first dose, as a person writes it: day 1 is the first 24 hours. */
export function when(day: number): string {
  const minutes = Math.round(day * 1440);
  if (minutes < 0) {
    const before = -minutes;
    return before % 60 ? `${before}${NBSP}min before day${NBSP}1` : `${before / 60}${NBSP}h before day${NBSP}1`;
  }
  return `Day${NBSP}${Math.floor(minutes / 1440) + 1}, ${clock(minutes)}`;
}

export function clock(minutes: number): string {
  const inside = ((minutes % 1440) + 1440) % 1440;
  return `${String(Math.floor(inside / 60)).padStart(2, '0')}:${String(inside % 60).padStart(2, '0')}`;
}

export function lasting(hours: number): string {
  if (hours < 1) return `${Math.round(hours * 60)}${NBSP}min`;
  if (hours < 72) return `${sig(hours, 3)}${NBSP}h`;
  return `${sig(hours / 24, 3)}${NBSP}days`;
}

export function share(n: number, total: number): string {
  if (!total) return '0/0';
  return total < 10 ? `${n}/${total}` : `${count(n)}/${count(total)} (${Math.round((100 * n) / total)}${NBSP}%)`;
}

export function bytes(size: number): string {
  if (size < 1e6) return `${Math.max(1, Math.round(size / 1e3))}${NBSP}kB`;
  return `${sig(size / 1e6, 3)}${NBSP}MB`;
}

export function ago(iso: string): string {
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 90) return 'just now';
  if (seconds < 5400) return `${Math.round(seconds / 60)} minutes ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} hours ago`;
  return `on ${iso.slice(0, 10)}`;
}

/** Units as people write them. */
export function unit(text: string): string {
  return (
    {
      degC: '°C', 'cell/uL': 'per µL', 'G/L': '10⁹/L', '1': '', 'molecule/cell': 'per cell', cell: 'cells',
      Gcell: '10⁹ cells', '1/day': 'a day',
    }[text] ?? text
  );
}

/** A label inside a sentence: its first letter small, unless it is a name or an abbreviation. */
export function lower(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text[0].toLowerCase() + text.slice(1) : text;
}
