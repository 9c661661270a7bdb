/** What a tab shows. */
export interface View {
  /** Called when the tab is opened, and again whenever it is opened later. */
  open(): void;
}
