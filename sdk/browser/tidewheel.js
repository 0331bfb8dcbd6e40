/*
 * Tells Tidewheel which search results people open.
 *
 *   <script src="tidewheel.js" data-gateway="https://search.example" defer></script>
 *   <ol data-tidewheel-token="TOKEN OF THE SEARCH">
 *     <li><a href="/hr/leave" data-tidewheel-document="hr/leave">Parental leave</a></li>
 *   </ol>
 *
 * Or by yourself: tidewheel.opened(token, document, seconds). It returns whether the browser took the message.
 * It sets no cookie, stores nothing, and sends no more than the token, the document and the seconds.
 */
(function (script) {
  "use strict";
  var gateway = ((script && script.dataset.gateway) || "").replace(/\/+$/, "");

  function opened(token, document, seconds) {
    if (!gateway || !token || !document || !navigator.sendBeacon) return false;
    var click = { token: token, document: document };
    if (seconds >= 0) click.dwell_seconds = +seconds;
    return navigator.sendBeacon(gateway + "/v1/clicks", JSON.stringify(click)); // a text: no preflight
  }

  function follow(event) {
    if (event.type === "auxclick" && event.button !== 1) return; // the middle button opens, the right one does not
    var link = event.target.closest && event.target.closest("[data-tidewheel-document]");
    var list = link && link.closest("[data-tidewheel-token]");
    if (list) opened(list.dataset.tidewheelToken, link.dataset.tidewheelDocument);
  }

  addEventListener("click", follow, true);
  addEventListener("auxclick", follow, true);
  window.tidewheel = { opened: opened };
})(document.currentScript);
