{% macro script(this, kwargs) %}
(function (map) {
"use strict";
{{ this.values.modules }}
})({{ this.values.map }});
{% endmacro %}
