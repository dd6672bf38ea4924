/** For `ref`: takes the focus when it appears. A function of the module, so that drawing again does not take it again. */
export function focusFirst(element: HTMLElement | null): void {
  element?.focus();
}
