// SPDX-License-Identifier: Apache-2.0
// The width that a drawing has: drawings are made for their width, never scaled.

export function width(node: HTMLElement, told: (px: number) => void): { destroy(): void } {
  const observer = new ResizeObserver((entries) => {
    const px = Math.floor(entries[0].contentRect.width);
    if (px > 0) told(px);
  });
  observer.observe(node);
  return { destroy: () => observer.disconnect() };
}
