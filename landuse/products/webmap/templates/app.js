{% macro script(this, kwargs) %}
(function (map, tileLayer) {
"use strict";
{{ '{% raw %}' }}
{{ this.values.modules }}
{{ '{% endraw %}' }}
})({{ this.values.map }}, {{ this.values.tiles }});
{% endmacro %}
